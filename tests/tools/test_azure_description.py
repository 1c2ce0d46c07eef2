"""Microsoft's client for Python, read as a description of the API."""

from __future__ import annotations

from partskit.azure import describe

CLIENT = """\
class GitClientBase(Client):
    def get_statuses(self, commit_id, repository_id, top=None):
        \"\"\"GetStatuses.\"\"\"
        route_values = {}
        if commit_id is not None:
            route_values['commitId'] = self._serialize.url('commit_id', commit_id, 'str')
        query_parameters = {}
        if top is not None:
            query_parameters['top'] = self._serialize.query('top', top, 'int')
        response = self._send(http_method='GET',
                              location_id='428dd4fb-fda5-4722-af02-9313b80305da',
                              version='7.1-preview.1',
                              query_parameters=query_parameters)
        return self._deserialize('[GitStatus]', self._unwrap_collection(response))

    def create_status(self, status, commit_id, repository_id):
        \"\"\"CreateStatus.\"\"\"
        route_values = {}
        if commit_id is not None:
            route_values['commitId'] = self._serialize.url('commit_id', commit_id, 'str')
        content = self._serialize.body(status, 'GitStatus')
        response = self._send(http_method='POST',
                              location_id='428dd4fb-fda5-4722-af02-9313b80305da',
                              content=content)
        return self._deserialize('GitStatus', response)

    def something_else(self):
        self._send(http_method='GET', location_id='00000000-0000-0000-0000-000000000000')
"""
MODELS = """\
class GitStatus(Model):
    _attribute_map = {
        'context': {'key': 'context', 'type': 'GitStatusContext'},
        'target_url': {'key': 'targetUrl', 'type': 'str'},
        'state': {'key': 'state', 'type': 'object'},
        'people': {'key': 'people', 'type': '[IdentityRef]'}
    }

    def __init__(self):
        pass


class GitStatusContext(Model):
    _attribute_map = {
        'name': {'key': 'name', 'type': 'str'}
    }
"""
PATH = "/{organization}/{project}/_apis/git/repositories/{repositoryId}/commits/{commitId}/statuses"


def test_methods_become_operations() -> None:
    described = describe(CLIENT, MODELS)
    assert {path: [*methods] for path, methods in described["paths"].items()} == {
        PATH: ["get", "post"]
    }
    read = described["paths"][PATH]["get"]
    assert [(each["name"], each["in"]) for each in read["parameters"]] == [
        ("organization", "path"),
        ("commitId", "path"),
        ("top", "query"),
    ]
    listed = read["responses"]["200"]["content"]["application/json"]["schema"]
    assert listed["properties"]["value"]["items"] == {"$ref": "#/components/schemas/GitStatus"}
    written = described["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]
    assert written["schema"] == {"$ref": "#/components/schemas/GitStatus"}


def test_models_become_schemas() -> None:
    status = describe(CLIENT, MODELS)["components"]["schemas"]["GitStatus"]
    assert status["additionalProperties"] is False
    assert status["properties"] == {
        "context": {"$ref": "#/components/schemas/GitStatusContext"},
        "targetUrl": {"type": "string"},
        "state": {},
        "people": {"type": "array", "items": {"$ref": "#/components/schemas/IdentityRef"}},
    }
