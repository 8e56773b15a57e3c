"""Does what `helm lint --strict` and `helm template` do, by Helm's own library.

What is rendered is held against Kubernetes' schemas where the package `kubernetes_validate` is at hand.
"""

import sys

import helm_python as helm

action, archive, setting = sys.argv[1:]
values = helm.parse_set_string(setting)
if action == "lint":
    report = helm.lint(archive, values, strict=True)
    wrong = [said["error"] for said in report["messages"] if said["severity"] > 1]
    sys.exit("\n".join(wrong + report["errors"]) or None)

rendered = helm.Chart.load(archive).render(values, name="test", namespace="default")
try:
    import kubernetes_validate
    import yaml
except ImportError:
    kubernetes_validate = None
for path, text in sorted(rendered.items()):
    if not path.endswith(".yaml") or not text.strip():
        continue
    print(f"---\n# Source: {path}\n{text}")
    if kubernetes_validate:
        for document in yaml.safe_load_all(text):
            kubernetes_validate.validate(document, "1.31", strict=True)
