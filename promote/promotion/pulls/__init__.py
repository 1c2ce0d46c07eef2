"""The branch and the pull request of a promotion: what they are made of and what they say."""
