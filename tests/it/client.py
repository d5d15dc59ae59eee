"""Reads the interface through a client that was generated from its description. Prints one JSON line.

Usage: python client.py BASE CODE KEY FILE, with the folder of the package `generated` in PYTHONPATH.
"""

import json
import sys
import time

from generated import AuthenticatedClient, Client
from generated.api.default import (
    create_batch,
    get_batch,
    get_record,
    get_subject,
    list_changes,
    list_records,
    query_subjects,
    search,
)
from generated.models import CreateBatchKind, GetRecordKind, ListRecordsKind, Problem, SubjectsQuery
from generated.types import UNSET, File

base, code, key, path = sys.argv[1:]
visitor = Client(base_url=base)
unit = AuthenticatedClient(base_url=base, token=key)
answer = {}

subject = get_subject.sync(code, client=visitor)
answer["name"] = subject.name
wrong = get_subject.sync("1", client=visitor)
answer["problem"] = wrong.code if isinstance(wrong, Problem) else None
answer["hits"] = len(search.sync(client=visitor, q="示例").hits)
many = query_subjects.sync(client=visitor, body=SubjectsQuery(codes=[code, "1"])).subjects
answer["many"] = [one.found for one in many]

kind = "administrative-penalty"
records, after = [], UNSET
while after != "":
    page = list_records.sync(ListRecordsKind(kind), client=visitor, after=after, limit=7)
    records += page.records
    after = page.next_
answer["records"] = len({(one.subject, one.record) for one in records})
answer["repeats"] = len(records) - answer["records"]
one = get_record.sync(GetRecordKind(kind), records[0].subject, records[0].record, client=visitor)
answer["cited"] = all(fact.why.citations for fact in one.publication)

changes, after, more = 0, UNSET, True
while more:
    part = list_changes.sync(client=visitor, after=after, limit=50)
    changes += len(part.changes)
    after, more = part.next_, part.more
answer["changes"] = changes

with open(path, "rb") as file:
    content = file.read()


def hand_in():
    from io import BytesIO

    body = File(payload=BytesIO(content))
    return create_batch.sync(
        client=unit, body=body, kind=CreateBatchKind(kind), file_name="处罚.csv", idempotency_key="one"
    )


first, again = hand_in(), hand_in()
answer["same"] = first.id == again.id
for _ in range(100):
    batch = get_batch.sync(first.id, client=unit)
    if batch.stage.value == "checked":
        break
    time.sleep(0.1)
answer["stage"] = batch.stage.value
answer["rows"] = batch.counts.rows
print(json.dumps(answer, ensure_ascii=False))
