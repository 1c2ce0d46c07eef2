"""GitLab's client for Go, read as a description of the API."""

from __future__ import annotations

from partskit.gitlab import describe

SOURCE = """\
package gitlab

type StateValue string

// All states.
const (
\tOpened StateValue = "opened"
\tMerged StateValue = "merged"
)

type PagingOptions struct {
\tPage int64 `url:"page,omitempty" json:"page,omitempty"`
}

type Thing struct {
\tID     int64      `json:"id"`
\tLabels []string   `json:"labels"`
\tOwner  *Person    `json:"owner"`
\tMadeAt *time.Time `json:"made_at"`
\tRights struct {
\t\tMerge bool `json:"merge"`
\t} `json:"rights"`
}

type Person struct {
\tUser string
}

type (
\t// ListThingsOptions says which.
\tListThingsOptions struct {
\t\tPagingOptions
\t\tState *StateValue `url:"state,omitempty" json:"state,omitempty"`
\t}
)

type MakeThingOptions struct {
\tLabels *LabelOptions `url:"labels,comma,omitempty" json:"labels,omitempty"`
\tIDs    *[]int64      `url:"ids,omitempty" json:"ids,omitempty"`
}

func (s *ThingsService) ListThings(pid any, opt *ListThingsOptions, options ...F) ([]*Thing, *Response, error) {
\treturn do[[]*Thing](s.client,
\t\twithPath("projects/%s/things", ProjectID{pid}),
\t\twithAPIOpts(opt),
\t\twithRequestOpts(options...),
\t)
}

func (s *ThingsService) MakeThing(pid any, thing int64, opt *MakeThingOptions, options ...F) (*Thing, *Response, error) {
\treturn do[*Thing](s.client,
\t\twithMethod(http.MethodPost),
\t\twithPath("projects/%s/things/%d", ProjectID{pid}, thing),
\t\twithAPIOpts(opt),
\t)
}

func (s *ThingsService) DropThing(thing int64, options ...F) (*Response, error) {
\t_, resp, err := do[none](s.client,
\t\twithMethod(http.MethodDelete),
\t\twithPath("things/%d", thing),
\t)
\treturn resp, err
}
"""  # noqa: E501 - as the client's lines are


def test_calls_become_operations() -> None:
    paths = describe(SOURCE)["paths"]
    assert {path: [*methods] for path, methods in paths.items()} == {
        "/projects/{pid}/things": ["get"],
        "/projects/{pid}/things/{thing}": ["post"],
        "/things/{thing}": ["delete"],
    }
    read = paths["/projects/{pid}/things"]["get"]
    state = {"$ref": "#/components/schemas/StateValue"}
    assert read["parameters"] == [
        {"name": "pid", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "state", "in": "query", "schema": state},
        {"name": "page", "in": "query", "schema": {"type": "integer"}},
    ]
    made = paths["/projects/{pid}/things/{thing}"]["post"]
    assert made["parameters"][1]["schema"] == {"type": "integer"}
    assert [*made["responses"]] == ["201"]
    assert [*paths["/things/{thing}"]["delete"]["responses"]] == ["204"]


def test_records_become_schemas() -> None:
    schemas = describe(SOURCE)["components"]["schemas"]
    assert schemas["StateValue"] == {"type": "string", "enum": ["opened", "merged"]}
    assert schemas["MakeThingOptions"]["properties"] == {
        "labels": {"type": "string"},
        "ids": {"type": "array", "items": {"type": "integer"}},
    }
    thing = schemas["Thing"]
    assert thing["additionalProperties"] is False
    assert thing["properties"]["owner"] == {
        "$ref": "#/components/schemas/Person",
        "nullable": True,
    }
    assert [*thing["properties"]] == ["id", "labels", "owner", "made_at", "rights"]
    assert thing["properties"]["rights"]["properties"]["merge"]["type"] == "boolean"
    assert [*schemas["Person"]["properties"]] == ["user"]
