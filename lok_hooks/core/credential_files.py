"""Files whose text must never leave the machine, known by their names alone.

The names are those that scanners take for credentials, and that templates keep out of repositories for what is in them:
gitrob's and shhgit's signatures (keys, password stores, histories of shells and database clients, FTP clients'
settings), GitHub's gitignore templates (Terraform: "*.tfvars, which are likely to contain sensitive data", Flutter:
android/key.properties, VisualStudio: *.publishsettings), Azure Functions (local.settings.json), Android
(keystore.properties of its guide to signing), Composer and codex (auth.json), rclone (rclone.conf).
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Final

CREDENTIAL_NAMES: Final = (
    "*-adminsdk-*.json",
    "*.agekey",
    "*.agilekeychain",
    "*.env",
    "*.jks",
    "*.kdb",
    "*.kdbx",
    "*.key",
    "*.key.txt",
    "*.keychain",
    "*.keystore",
    "*.keytab",
    "*.kubeconfig",
    "*.mobileconfig",
    "*.ovpn",
    "*.p12",
    "*.p8",
    "*.pem",
    "*.pfx",
    "*.pkcs12",
    "*.ppk",
    "*.psafe3",
    "*.publishsettings",
    "*.rdp",
    "*.tfstate",
    "*.tfstate.*",
    "*.tfvars",
    "*.tfvars.json",
    "*_dsa",
    "*_ecdsa",
    "*_ed25519",
    "*_rsa",
    "*accesskeys.csv",
    ".*_history",
    ".boto",
    ".dbshell",
    ".dockercfg",
    ".dockerconfigjson",
    ".env",
    ".env-*",
    ".env.*",
    ".env_*",
    ".envrc",
    ".esmtprc",
    ".fetchmailrc",
    ".ftpconfig",
    ".git-credentials",
    ".history",
    ".htpasswd",
    ".msmtprc",
    ".my.cnf",
    ".mylogin.cnf",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".rclone.conf",
    ".remote-sync.json",
    ".s3cfg",
    ".secrets",
    ".terraformrc",
    ".tugboat",
    ".vault-token",
    ".zhistory",
    "_netrc",
    "application_default_credentials.json",
    "auth.json",
    "bash_history",
    "client_secret*.json",
    "consolehost_history.txt",
    "credentials",
    "credentials.csv",
    "credentials.ini",
    "credentials.json",
    "credentials.toml",
    "credentials.xml",
    "credentials.yaml",
    "credentials.yml",
    "env",
    "filezilla.xml",
    "fish_history",
    "htpasswd",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_rsa",
    "irb_history",
    "key.properties",
    "keystore.properties",
    "kubeconfig",
    "local.properties",
    "local.settings.json",
    "mysql_history",
    "otr.private_key",
    "pgpass",
    "pgpass.conf",
    "proftpdpasswd",
    "psql_history",
    "rclone.conf",
    "recentservers.xml",
    "robomongo.json",
    "rootkey.csv",
    "secrets.json",
    "secrets.properties",
    "secrets.toml",
    "secrets.yaml",
    "secrets.yml",
    "secring.gpg",
    "service-account*.json",
    "service_account*.json",
    "sftp-config.json",
    "sh_history",
    "signing.properties",
    "sitemanager.xml",
    "sqlite_history",
    "terraform.rc",
    "zsh_history",
)
# Behind these names comes what tells one copy from another, unless it makes code of it.
COPIED_NAMES: Final = ("*.env.*", "private.key*")
CODE_ENDINGS: Final = (
    *(".c", ".cc", ".cpp", ".cs", ".css", ".dart", ".go", ".h", ".html", ".java", ".js", ".jsx", ".kt", ".lua", ".md"),
    *(".mjs", ".cjs", ".php", ".pl", ".py", ".pyi", ".rb", ".rs", ".rst", ".scala", ".swift", ".ts", ".tsx", ".vue"),
)
CREDENTIAL_PATHS: Final = (
    ".kube/config",
    ".docker/config.json",
    ".m2/settings.xml",
    ".gradle/gradle.properties",
    ".config/gh/hosts.yml",
    ".config/hub",
    ".config/doctl/config.yaml",
    ".vscode/sftp.json",
    ".idea/webservers.xml",
    "etc/shadow",
)
CREDENTIAL_FOLDERS: Final = frozenset({".aws", ".azure", ".gnupg", ".ssh", "private-keys-v1.d"})
# Texts of a user interface are in files named like what they are about.
TRANSLATION_FOLDERS: Final = frozenset(
    {"i18n", "l10n", "lang", "langs", "locale", "locales", "messages", "translations"}
)
PLACEHOLDER_ENDINGS: Final = (".dist", ".example", ".sample", ".template")
# A copy is as secret as what it was made of.
_COPY: Final = re.compile(
    r"(?:\.(?:bak|backup|copy|old|orig|save|swp|tmp)[-_.]?\d*|\.~\d+~|~| copy(?: \d+)?| \(\d+\))$"
)
_WHOLE: Final = frozenset(name for name in CREDENTIAL_NAMES if "*" not in name)
_ENDINGS: Final = tuple(name[1:] for name in CREDENTIAL_NAMES if name.rfind("*") == 0)
_OTHERS: Final = tuple(name for name in CREDENTIAL_NAMES if name.rfind("*") > 0)


def held_back(path: str) -> str:
    """Why the text of this file must never leave the machine, judged by its name; "" when it may."""
    folded = path.lower()
    while found := _COPY.search(folded):
        folded = folded[: found.start()]
    *folders, name = folded.split("/")
    if name.endswith((*PLACEHOLDER_ENDINGS, ".pub")):
        return ""
    if inside := CREDENTIAL_FOLDERS.intersection(folders):
        return f"credential file ({min(inside)}/)"
    if (pattern := _pattern_of(name)) and not (name.endswith(".json") and TRANSLATION_FOLDERS.intersection(folders)):
        return f"credential file ({pattern})"
    for ending in CREDENTIAL_PATHS:
        if f"/{folded}".endswith(f"/{ending}"):
            return f"credential file ({ending})"
    return ""


def _pattern_of(name: str) -> str:
    """The pattern that the name fits, "" for none. Most are told without a search."""
    if name.endswith(_ENDINGS):
        return f"*{next(ending for ending in _ENDINGS if name.endswith(ending))}"
    if name in _WHOLE:
        return name
    patterns = _OTHERS if name.endswith(CODE_ENDINGS) else (*_OTHERS, *COPIED_NAMES)
    return next((pattern for pattern in patterns if fnmatchcase(name, pattern)), "")
