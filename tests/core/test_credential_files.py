from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from lok_hooks.core.credential_files import CODE_ENDINGS, held_back


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "deploy/.env",
        ".env.production",
        "prod.env",
        "cert/server.pem",
        "server.KEY",
        "home/.ssh/id_rsa",
        "id_ed25519",
        ".netrc",
        ".pgpass",
        "gcp/credentials.json",
        "store.p12",
        "store.pfx",
        "store.jks",
        ".npmrc",
        ".pypirc",
        "kubeconfig",
        "home/.kube/config",
        ".docker/config.json",
        ".aws/credentials",
        "terraform.tfstate",
        "id_rsa.bak",
        "server.pem~",
        ".env.orig",
        "prod.env.old",
        ".env-staging",
        "home/.ssh/config",
        ".gnupg/trustdb.gpg",
        ".aws/config",
        "krb5.keytab",
        "app-firebase-adminsdk-x1.json",
        ".config/gh/hosts.yml",
        "ada_accessKeys.csv",
        "infra/prod.tfvars",
        "prod.auto.tfvars.json",
        "terraform.tfstate.1699999999.backup",
        "terraform.rc",
        "auth.json",
        "home/.composer/auth.json",
        "rclone.conf",
        ".rclone.conf",
        "env",
        "env.bak",
        "prod.env.20240101",
        "prod.env.bak2",
        "staging.env.local",
        ".env copy",
        "id_rsa (1)",
        "id_rsa.~2~",
        "server.key.txt",
        "private.key.old",
        "private.key.txt",
        "private.key2",
        "deploy_rsa",
        "ci_ed25519",
        ".bash_history",
        ".zsh_history",
        ".python_history",
        ".node_repl_history",
        ".mysql_history",
        ".psql_history",
        ".sqlite_history",
        ".history",
        "bash_history",
        "AppData/PSReadLine/ConsoleHost_history.txt",
        ".dbshell",
        "func/local.settings.json",
        "android/key.properties",
        "keystore.properties",
        "local.properties",
        "otr.private_key",
        "sftp-config.json",
        ".ftpconfig",
        "FileZilla/recentservers.xml",
        "pgpass.conf",
        "vault.psafe3",
        "login.keychain",
        "site.PublishSettings",
        "backup/etc/shadow",
        ".vscode/sftp.json",
    ],
)
def test_credential_files_are_held_back(path: str) -> None:
    assert held_back(path).startswith("credential file (")


@pytest.mark.parametrize(
    "path",
    [
        ".env.example",
        ".env.sample",
        "deploy/.env.template",
        "environment.py",
        "credentials.py",
        "id_rsa.pub",
        "keys.py",
        "config/config.json",
        "home/.ssh/id_rsa.pub",
        ".env.example.bak",
        "notes.bak",
        ".kube/config.py",
        "src/envelope.py",
        "src/process.env.d.ts",
        "config/prod.env.js",
        "docs/private.key.md",
        "locales/de/auth.json",
        "src/i18n/auth.json",
        "src/auth.ts",
        "HISTORY",
        "HISTORY.md",
        "src/history.ts",
        "terraform/variables.tf",
        "prod.tfvars.example",
        "gradle.properties",
        "settings.json",
        "rsa.py",
        "src/shadow",
        "tests/test_keys.txt",
        "public.key.pub",
    ],
)
def test_other_files_are_not_held_back(path: str) -> None:
    assert held_back(path) == ""


def test_no_code_of_the_packages_in_this_environment_is_held_back() -> None:
    """What people really call their files: thousands of names that were not made up for these rules."""
    packages = Path(sysconfig.get_path("purelib"))
    names = [path.relative_to(packages).as_posix() for path in packages.rglob("*") if path.is_file()]
    code = [name for name in names if name.endswith((*CODE_ENDINGS, ".txt", ".json", ".toml", ".yaml", ".yml", ".sh"))]
    assert len(code) > 2_000
    assert [name for name in code if held_back(name)] == []
    assert {Path(name).name for name in names if held_back(name)} <= {"cacert.pem"}
