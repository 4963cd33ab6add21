// What the extension shares with the rest of the repository is copied into it before it is packed.
import { copyFileSync, mkdirSync } from "node:fs";

mkdirSync("syntaxes", { recursive: true });
copyFileSync("../textmate/aura.tmLanguage.json", "syntaxes/aura.tmLanguage.json");
copyFileSync("../../LICENSE-MIT", "LICENSE.txt");
