// What an editor shows of a scenario: node taplo.mjs PACKAGES SCHEMA DOCUMENT (where @taplo/lsp is installed, what `montecarbon schema`
// printed, docs/editors.md, whose settings are the ones tried).

import assert from "node:assert/strict";
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Server } from "./taplo_server.mjs";

const [packages, schema, guide] = process.argv.slice(2);
const folder = dirname(schema);

/** The settings of VS Code in the guide, with the place of the schema filled in. */
function settings() {
  const block = readFileSync(guide, "utf8").match(/```json\n([^]*?)```/)[1];
  const flat = JSON.parse(block.replaceAll("/home/me/montecarbon.schema.json", schema));
  const nested = {};
  for (const [key, value] of Object.entries(flat)) {
    const [section, ...names] = key.split(".");
    assert.equal(section, "evenBetterToml");
    const last = names.pop();
    let place = nested;
    for (const name of names) place = place[name] ??= {};
    place[last] = value;
  }
  // No list of schemas from the network.
  return { ...nested, schema: { enabled: true, ...nested.schema, catalogs: [] } };
}

const REST = '\n[outputs]\nemissions = "kgCO2e"\n';

/** Everything that is tried, with files whose path and first line say how the schema is found. */
async function tries(server, path, first) {
  let files = 0;
  const open = (marked) => {
    files += 1;
    const place = join(folder, path.replace("*", `try-${files}`));
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, "");
    return server.open(place, first + marked + REST);
  };
  const offers = async (marked, ...wanted) => {
    const offered = await open(marked).completions();
    for (const [label, words] of wanted) {
      assert.ok(offered.has(label), `${marked}: ${label} is not among ${[...offered.keys()]}`);
      assert.match(offered.get(label), words, `${marked}: ${label}`);
    }
    return offered;
  };
  const shows = async (marked, words) => assert.match(await open(marked).hover(), words, marked);
  const marks = async (marked, line, words) => {
    const file = open(marked);
    const deadline = Date.now() + 30_000;
    const at = line + first.split("\n").length - 1;
    const found = () => file.complaints.some((complaint) => complaint.line === at && words.test(complaint.words));
    while (!found() && Date.now() < deadline) await sleep(20);
    assert.ok(found(), `${marked}: ${words} is not marked at line ${at}: ${JSON.stringify(file.complaints)}`);
  };

  await offers("|", ["inputs", /The inputs/], ["run.trials", /Number of trials/]);
  await offers("[run]\n|", ["seed", /Seed/], ["replicates", /24 to 48/]);
  const keys = await offers(
    "[inputs]\npue = { | }",
    ["value", /A constant/],
    ["distribution", /family/],
    ["evidence", /grade/],
    ["median", /./],
  );
  assert.ok(keys.size > 40, `only ${keys.size} keys of an input`);
  await offers(
    '[inputs]\npue = { distribution = "|" }',
    ["uniform", /equally likely/],
    ["lognormal", /./],
    ["metalog", /./],
  );
  await offers('[inputs]\npue = { value = 1, evidence = "|" }', ["measured", /./], ["assumption", /./]);
  await offers('[run]\nsampler = "|"', ["sobol", /Sobol/], ["latin-hypercube", /strata/]);
  await offers("[variants.v.inputs]\npue = { | }", ["distribution", /family/]);

  await shows('[inputs]\npue = { distri|bution = "uniform", min = 1, max = 2 }', /^The family of its distribution$/);
  await shows('[inputs]\npue = { distribution = "uni|form", min = 1, max = 2 }', /^every value between min and max/);
  await shows('[inputs]\npue = { distribution = "uniform", m|in = 1, max = 2 }', /the smallest possible value/);
  await shows("[run]\ntri|als = 1000", /Number of trials/);

  // A key too many is marked at the head of its section.
  await marks("\n[run]\ntrails = 10", 2, /'trails' was unexpected/);
  await marks('[run]\nseed = 1\ntrials = "many"', 3, /"many" is not of type/);
  await marks('[inputs]\n\npue = { value = "x" }', 3, /"x" is not of type "number"/);
  await marks('[inputs]\npue = { distribution = "unifrom" }', 2, /"unifrom" is not one of/);
  await marks('[inputs]\npue = { distribution = "pert", min = 1, mode = 2, mxa = 3 }', 2, /'mxa' was unexpected/);
  return files;
}

const byDirective = await Server.start(packages, { schema: { enabled: true, catalogs: [] } });
const directive = readFileSync(guide, "utf8").match(/^#:schema (.*)$/m)[1];
assert.equal(directive, "./montecarbon.schema.json");
const tried = await tries(byDirective, "directive/*.toml", `#:schema ${pathToFileURL(schema).href}\n`);
// Beside the file, as the guide writes it.
writeFileSync(join(folder, "montecarbon.schema.json"), readFileSync(schema));
const beside = byDirective.open(join(folder, "beside.toml"), `#:schema ${directive}\n[run]\n|\n${REST}`);
assert.ok((await beside.completions()).has("seed"), "the schema beside the file is not found");

const bySettings = await Server.start(packages, settings());
const more = await tries(bySettings, "scenarios/*.toml", "");
const elsewhere = bySettings.open(join(folder, "Cargo.toml"), "[run]\n|\n");
assert.ok(!(await elsewhere.completions()).has("seed"), "other TOML files have the schema too");

console.log(`Taplo's language server: ${tried + more} files, offered, shown and marked as told`);
process.exit(0);
