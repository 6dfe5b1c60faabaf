# FILE SOLUTION 05
#!/bin/sh
# Release a version to the cluster that kubectl knows: `scripts/deploy.sh v1.4.2 https://platform.example.org`.
#
# IMAGE                where the images are, without the tag; required
# MIGRATE              "no": leave the schema as it is, as when rolling back; "yes"
# UNDO                 "no": stay with this version even if it is not well, as when rolling back; "yes"
#
# First the migration, which the running version must be able to live with. Then the new version, and a smoke test.
# If that fails, each deployment goes back to the revision that it had before, and this ends with 1. One that the
# release had not changed stays as it is.
set -eu
version=${1:?"which version: $0 v1.4.2 https://platform.example.org"}
base=${2:?"where to test: $0 v1.4.2 https://platform.example.org"}
: "${IMAGE:?says where the images are}"
here=$(dirname "$0")

cluster() { kubectl --namespace publishing-platform "$@"; }
of_version() { sed "s|ghcr.io/example/publishing-platform\(-backup\)\{0,1\}:v1.0.0|$IMAGE\1:$version|"; }

migrate() {
    for part in namespace serviceaccount configmap networkpolicy; do
        kubectl apply --filename "k8s/$part.yaml"
    done
    cluster delete job migrate --ignore-not-found --wait
    of_version <k8s/migrate.yaml | kubectl apply --filename -
    for _ in $(seq 180); do
        case $(cluster get job migrate --output 'jsonpath={.status.conditions[?(@.status=="True")].type}') in
            *Complete*) return 0 ;;
            *Failed*) break ;;
        esac
        sleep 5
    done
    cluster logs job/migrate --tail 50 >&2
    echo "the migration failed: nothing was released" >&2
    return 1
}

release() {
    kubectl kustomize k8s | of_version | kubectl apply --filename - || return 1
    for part in web worker beat; do
        cluster rollout status "deployment/$part" --timeout 300s || return 1
    done
    sh "$here/smoke.sh" "$base"
}

# The revision of a deployment, or nothing if there is none yet.
revision() {
    cluster get deployment "$1" --ignore-not-found \
        --output 'jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}'
}

# By number: without one, kubectl goes to the revision before the current one, also where nothing had changed.
undo() {
    for part in web:$web worker:$worker beat:$beat; do
        [ -n "${part#*:}" ] || { echo "${part%:*} is new: there is nothing to go back to" >&2; return 1; }
        cluster rollout undo "deployment/${part%:*}" --to-revision "${part#*:}"
    done
    for part in web worker beat; do
        cluster rollout status "deployment/$part" --timeout 300s
    done
}

[ "${MIGRATE:-yes}" = no ] || migrate
web=$(revision web)
worker=$(revision worker)
beat=$(revision beat)
release || {
    if [ "${UNDO:-yes}" = no ]; then
        echo "$version is not well, and stays: name another version" >&2
        exit 1
    fi
    echo "$version is not well: back to the version before" >&2
    undo
    exit 1
}
echo "$version is released"
