"""Small pieces of projects, each labelled by hand with what is wrong with it: what the gate's rates are taken from.

Keys and tokens are made up, and put together here so that no scanner of this repository takes them for real ones.
"""

from dataclasses import dataclass

from grader.domain.findings import Severity

HIGH, MEDIUM = Severity.HIGH, Severity.MEDIUM
RANDOM = "q7Zr2" + "Vw9Lk4" + "Xn8Tb3" + "Jd6Ps5"
AWS = "AKIA" + "Q3EGT7YHWZ" + "R2LMNB"
GITHUB = "ghp_" + "Zk3Tq9" + "Lw7Xr2" + "Bn5Vd8" + "Hm4Jc6" + "Ps1Ye0" + "Qa7Wd9"
PRIVATE = "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEow" + RANDOM + "\n-----END RSA PRIVATE KEY-----\n"


@dataclass(frozen=True)
class Case:
    """Files below a folder of their own; ``severity`` of what is wrong with them, ``None`` where nothing is."""

    name: str
    files: dict[str, str]
    severity: Severity | None = None
    kind: str = "code"


def _code(name: str, text: str, severity: Severity | None = None, path: str = "app.py") -> Case:
    return Case(name, {path: text}, severity)


def _secret(name: str, text: str, severity: Severity | None = None, path: str = "settings.py") -> Case:
    return Case(name, {path: text}, severity, "secrets")


CASES = (
    _code("shell", "import subprocess\n\n\ndef ping(host):\n    subprocess.run(f'ping {host}', shell=True)\n", HIGH),
    _code("argument_list", "import subprocess\n\n\ndef ping(host):\n    subprocess.run(['ping', '-c1', host])\n"),
    _code("weak_hash", "import hashlib\n\n\ndef sign(x):\n    return hashlib.md5(x).hexdigest()\n", HIGH),
    _code("hash_for_cache", "import hashlib\n\n\ndef key(x):\n    return hashlib.md5(x, usedforsecurity=False)\n"),
    _code(
        "unverified", "import requests\n\n\ndef get(u):\n    return requests.get(u, verify=False, timeout=3)\n", HIGH
    ),
    _code("verified", "import requests\n\n\ndef get(u):\n    return requests.get(u, timeout=3)\n"),
    _code("pickle", "import pickle\n\n\ndef load(request):\n    return pickle.loads(request.body)\n", MEDIUM),
    _code("json", "import json\n\n\ndef load(request):\n    return json.loads(request.body)\n"),
    _code("yaml_load", "import yaml\n\n\ndef load(t):\n    return yaml.load(t)\n", MEDIUM),
    _code("yaml_safe_load", "import yaml\n\n\ndef load(t):\n    return yaml.safe_load(t)\n"),
    _code("sql", "def find(c, n):\n    c.execute(\"SELECT * FROM t WHERE n = '%s'\" % n)\n", MEDIUM),
    _code("sql_parameters", "def find(c, n):\n    c.execute('SELECT * FROM t WHERE n = %s', [n])\n"),
    _code(
        "mark_safe", "from django.utils.safestring import mark_safe\n\n\ndef b(x):\n    return mark_safe(x)\n", MEDIUM
    ),
    _code("format_html", "from django.utils.html import format_html\n\n\ndef b(x):\n    return format_html('{}', x)\n"),
    _code("eval", "def calc(request):\n    return eval(request.GET['q'])\n", MEDIUM),
    _code("literal_eval", "import ast\n\n\ndef calc(request):\n    return ast.literal_eval(request.GET['q'])\n"),
    _code("no_timeout", "import requests\n\n\ndef get(u):\n    return requests.get(u)\n", MEDIUM),
    _code("silenced", "import os\n\n\ndef ls(folder):\n    os.system('ls ' + folder)  # nosec\n", HIGH),
    _code("unparsable", "def f(:\n", MEDIUM),
    _code("shell_in_a_test", "import os\n\n\ndef ls(x):\n    os.system('ls ' + x)\n", path="tests/test_ls.py"),
    _code("shell_constant", "import subprocess\n\nNAME = 'shell=True'\n"),
    # Known to be judged wrongly: the course's bandit follows no data and knows no SQL builder.
    _code("constant_in_sql", "T = 'posts'\n\n\ndef n(c):\n    c.execute(f'SELECT count(*) FROM {T}')\n"),
    _code(
        "redirect_of_input",
        "from django.shortcuts import redirect\n\n\ndef go(r):\n    return redirect(r.GET['to'])\n",
        MEDIUM,
    ),
    _secret("aws", f'KEY = "{AWS}"\n', HIGH),
    _secret("aws_example", 'KEY = "' + "AKIA" + 'IOSFODNN7EXAMPLE"\n'),
    _secret("github", f"token: {GITHUB}\n", HIGH, "deploy.yml"),
    _secret("private_key", PRIVATE, HIGH, "keys/server.pem"),
    _secret("private_key_of_a_test", PRIVATE, path="tests/key.pem"),
    _secret("secret_key", f'SECRET_KEY = "{RANDOM}"\n', MEDIUM),
    _secret("secret_key_from_environment", 'import os\n\nSECRET_KEY = os.environ["SECRET_KEY"]\n'),
    _secret("startproject_default_for_development", 'SECRET_KEY = "insecure-development-key-change-me"\n'),
    _secret("password", f'DATABASE_PASSWORD = "{RANDOM}"\n', MEDIUM),
    _secret("password_allowed_by_comment", f'PASSWORD = "{RANDOM}"  # pragma: allowlist secret\n', MEDIUM),
    _secret("url_with_password", f'URL = "postgres://app:{RANDOM}@db.shop.org/app"\n', MEDIUM),
    _secret("url_of_compose", "DATABASE_URL: postgres://app:app@db:5432/app\n", path="compose.yml"),
    _secret("env_example", "SECRET_KEY=<generate one>\nDATABASE_PASSWORD=change-me\n", path=".env.example"),
    _secret("env_file", f"SECRET_KEY={RANDOM}\n", MEDIUM, ".env"),
    _secret("uuid", 'TOKEN_NAMESPACE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"\n'),
    _secret("commit_of_an_action", "uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3\n", path="ci.yml"),
    _secret("digest", 'CHECKSUM_KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"\n'),
    _secret("name_of_a_setting", 'AUTH_PASSWORD_VALIDATORS = "django.contrib.auth.password_validation.X"\n'),
    # Known to be judged wrongly: no digit, so it passes for words; random, but public.
    _secret("passphrase", 'PASSWORD = "' + "Correct" + "Horse" + "Battery" + 'Staple"\n', MEDIUM),
    _secret("public_site_key", f'MAPS_SITE_KEY = "{RANDOM[::-1]}"\n'),
)
