#!/usr/bin/env python3
"""Draws assets/rds-shapes.json, the shapes of the RDS API's Describe answers, from botocore's service model.

Only facts are taken (operation, member and element names, types), no prose. Run it with the newest botocore when the
completeness test says that AWS has added a member:

    python3 -m pip install --upgrade botocore && python3 assets/draw-shapes.py
"""

import gzip
import json
import pathlib

import botocore

MODEL = pathlib.Path(botocore.__file__).parent / "data/rds/2014-10-31/service-2.json.gz"
SCALARS = {"string", "integer", "long", "double", "float", "boolean", "timestamp"}

model = json.loads(gzip.decompress(MODEL.read_bytes()))
all_shapes = model["shapes"]
drawn = {}


def draw(name):
    """The name under which a shape is referred to: a scalar's type, or the name of a drawn list or structure."""
    shape = all_shapes[name]
    kind = shape["type"]
    if kind in SCALARS:
        return kind
    if name in drawn:
        return name
    drawn[name] = {}
    if kind == "list":
        assert not shape.get("flattened"), name
        member = shape["member"]
        drawn[name] = {"element": member.get("locationName", "member"), "list": draw(member["shape"])}
    elif kind == "map":
        assert not shape.get("flattened"), name
        drawn[name] = {"map": draw(shape["value"]["shape"])}
    elif kind == "structure":
        for member, reference in shape["members"].items():
            assert reference.get("locationName", member) == member, (name, member)
        drawn[name] = {"members": {m: draw(r["shape"]) for m, r in shape["members"].items()}}
    else:
        raise SystemExit(f"{name} is a {kind}: teach this script and src/rds/shape.rs about it")
    return name


operations = {}
for operation, description in sorted(model["operations"].items()):
    if not operation.startswith("Describe") or "output" not in description:
        continue
    output = all_shapes[description["output"]["shape"]]
    inputs = all_shapes[description["input"]["shape"]]["members"] if "input" in description else {}
    lists = [m for m, r in output["members"].items() if all_shapes[r["shape"]]["type"] == "list"]
    if len(lists) != 1:
        continue
    operations[operation] = {
        "wrapper": description["output"]["resultWrapper"],
        "list": lists[0],
        "shape": draw(output["members"][lists[0]]["shape"]),
        "paged": "Marker" in inputs and "Marker" in output["members"],
    }

document = {
    "source": f"botocore {botocore.__version__}, rds {model['metadata']['apiVersion']}",
    "operations": operations,
    "shapes": dict(sorted(drawn.items())),
}
target = pathlib.Path(__file__).with_name("rds-shapes.json")
target.write_text(json.dumps(document, indent=1) + "\n")
print(f"{target.name}: {len(operations)} operations, {len(drawn)} shapes, {document['source']}")
