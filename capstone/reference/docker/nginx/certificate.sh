# FILE SOLUTION 05
# shellcheck shell=sh
# Sign a certificate for localhost into the folder that is named, unless there is one:
# `sh docker/nginx/certificate.sh FOLDER`. For one's own machine; browsers will rightly warn.
set -eu
cd "$1"
umask 077

[ ! -s tls.crt ] || exit 0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
    -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
    -keyout tls.key -out tls.crt.new
# The name that is looked for comes last: what was interrupted is done again.
mv tls.crt.new tls.crt
