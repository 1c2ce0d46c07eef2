"""Results kept by the content of what they were made of, so that nothing is rendered twice.

`inputs` says what was at each path, `index` which result was made of what, `database` keeps both;
`sights` and `runs` let a whole run be known again. Import from these modules: most commands need
none of them, and `runs` is asked before anything else is loaded.
"""
