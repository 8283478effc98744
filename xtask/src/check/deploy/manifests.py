"""Holds the Kubernetes manifests against their schemas, against what Ashlar promises, and against its settings.

usage: manifests.py <.env.example> <ashlar> <manifest>…; prints what is wrong, a line each."""

import os
import re
import secrets
import subprocess
import sys

import kubernetes_validate
import yaml

# What a Secret of the same name has.
SECRET = {
    "DATABASE_URL": "postgres://ashlar:secret@database/ashlar",
    "SECRET_KEY": secrets.token_hex(32),
    "SMTP_URL": "smtps://user:password@mail.example.com",
}
# As set by the image.
IMAGE = {"APP_ENV": "production", "HOST": "0.0.0.0"}
# Seconds by which the container's end has to come later than the server's own (docs/deployment.md).
MARGIN = 10
PROBES = {"startupProbe": "live", "livenessProbe": "live", "readinessProbe": "ready"}


def main(example, binary, *manifests):
    defaults = dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", open(example).read(), re.M))
    faults = []
    for path in manifests:
        for resource in yaml.safe_load_all(open(path)):
            told = validity(resource) + pods(resource, defaults) + settings(resource, defaults, binary)
            faults += [f"{path}, {resource['kind']}: {fault}" for fault in told]
    print("\n".join(faults))


def validity(resource):
    try:
        kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError as error:
        return [error.message]
    return []


def pods(resource, defaults):
    pod = resource.get("spec", {}).get("template", {}).get("spec")
    if pod is None:
        return []
    faults = []
    if not pod.get("securityContext", {}).get("runAsNonRoot"):
        faults.append("may run as root")
    for container in pod["containers"]:
        safe = container.get("securityContext", {})
        if not safe.get("readOnlyRootFilesystem") or safe.get("allowPrivilegeEscalation") is not False:
            faults.append("the root is not read-only, or rights can be gained")
        if not container.get("resources", {}).get("limits", {}).get("memory"):
            faults.append("memory has no limit")
        if container["args"][0] == "serve":
            faults += serving(pod, container, defaults)
    return faults


def serving(pod, container, defaults):
    faults = []
    for probe, answer in PROBES.items():
        path = container.get(probe, {}).get("httpGet", {}).get("path")
        if path != f"/api/v1/health/{answer}":
            faults.append(f"{probe} asks for {path}")
    stops = max(5, int(defaults["JOBS_SHUTDOWN_TIMEOUT"])) + int(defaults["SHUTDOWN_TIMEOUT"]) + MARGIN
    if pod.get("terminationGracePeriodSeconds", 30) < stops:
        faults.append(f"terminationGracePeriodSeconds is less than {stops}")
    return faults


def settings(resource, defaults, binary):
    # The server itself judges what the ConfigMap sets.
    if resource["kind"] != "ConfigMap":
        return []
    env = {"PATH": os.environ["PATH"], **IMAGE, **SECRET, **resource["data"]}
    doctor = subprocess.run([binary, "doctor"], env=env, cwd="/", capture_output=True, text=True)
    faults = [] if doctor.returncode == 0 else [doctor.stderr.strip() or doctor.stdout.strip()]
    unknown = resource["data"].keys() - defaults.keys()
    return faults + [f"{name} is no setting" for name in sorted(unknown)]


main(*sys.argv[1:])
