#!/bin/sh
# Writes extension.toml: the grammar is that of this copy of the repository, as last committed.
set -eu
cd "$(dirname "$0")"
root=$(git rev-parse --show-toplevel)
cat > extension.toml <<END
id = "aura"
name = "Aura"
version = "0.1.0"
schema_version = 1
authors = ["The Aura developers"]
description = "The language Aura"
repository = "file://$root"

[grammars.aura]
repository = "file://$root"
rev = "$(git rev-parse HEAD)"
path = "grammar/tree-sitter-aura"

[language_servers.aura]
name = "Aura"
languages = ["Aura"]
END
cp ../../../LICENSE-MIT LICENSE
