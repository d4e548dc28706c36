// Taplo's language server, in the package that VS Code's "Even Better TOML" runs, with files opened in it as an editor opens them.

import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What the server may ask of the machine: files to read, and nothing to write or to fetch. */
const environment = {
  now: () => new Date(),
  envVar: (name) => process.env[name],
  envVars: () => Object.entries(process.env),
  stdErrAtty: () => false,
  stdin: async () => new Uint8Array(),
  stdout: async (bytes) => bytes.length,
  stderr: async (bytes) => bytes.length,
  glob: () => [],
  readFile: (path) => readFile(path),
  writeFile: async () => {},
  // It asks this of its own places too, which are no files.
  urlToFilePath: (url) => (url.startsWith("file:") ? fileURLToPath(url) : new URL(url).pathname),
  isAbsolute,
  cwd: () => process.cwd(),
  findConfigFile: () => undefined,
  fetch: { fetch, Headers, Request, Response },
};

/** The server, with the settings of an editor. */
export class Server {
  #server;
  #last = 0;
  #asked = new Map();
  #complaints = new Map();

  /** Starts the one installed below `packages`; `settings` are those under "evenBetterToml". */
  static async start(packages, settings) {
    const { TaploLsp } = createRequire(`${packages}/`)("@taplo/lsp");
    const server = new Server();
    const onMessage = (message) => server.#take(message, settings);
    server.#server = await TaploLsp.initialize(environment, { onMessage });
    await server.request("initialize", {
      processId: null,
      rootUri: null,
      capabilities: { workspace: { configuration: true } },
      initializationOptions: { configurationSection: "evenBetterToml" },
    });
    server.#send({ method: "initialized", params: {} });
    return server;
  }

  #send(message) {
    this.#server.send({ jsonrpc: "2.0", ...message });
  }

  #take(message, settings) {
    if (message.method === "workspace/configuration") {
      this.#send({ id: message.id, result: message.params.items.map(() => settings) });
    } else if (message.method === "textDocument/publishDiagnostics") {
      this.#complaints.set(message.params.uri, message.params.diagnostics);
    } else if (message.method === undefined) {
      const { resolve, reject } = this.#asked.get(message.id);
      message.error ? reject(new Error(JSON.stringify(message.error))) : resolve(message.result);
    } else if (message.id !== undefined) {
      this.#send({ id: message.id, result: null });
    }
  }

  request(method, params) {
    const id = (this.#last += 1);
    const answer = new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    this.#send({ id, method, params });
    return answer;
  }

  /** Opens a text, in which `|` is the cursor, as the file at `path`. */
  open(path, marked) {
    const [before, after = ""] = marked.split("|");
    const uri = pathToFileURL(path).href;
    const lines = before.split("\n");
    const position = { line: lines.length - 1, character: lines.at(-1).length };
    const textDocument = { uri, languageId: "toml", version: 1, text: before + after };
    this.#send({ method: "textDocument/didOpen", params: { textDocument } });
    return new Opened(this, { textDocument: { uri }, position });
  }

  /** What is marked in a file by now. */
  complaints(uri) {
    return this.#complaints.get(uri) ?? [];
  }
}

/** A file in an editor. */
class Opened {
  #server;
  #place;

  constructor(server, place) {
    this.#server = server;
    this.#place = place;
  }

  /** What is marked by now: the line (from 1) and the words. Syntax comes first, what the schema says a little later. */
  get complaints() {
    return this.#server.complaints(this.#place.textDocument.uri).map((complaint) => ({
      line: complaint.range.start.line + 1,
      words: complaint.message,
    }));
  }

  /** What is offered at the cursor, each with what the editor shows beside it. */
  async completions() {
    const found = await this.#server.request("textDocument/completion", this.#place);
    const items = Array.isArray(found) ? found : (found?.items ?? []);
    const words = (item) => item.documentation?.value ?? item.documentation ?? item.detail ?? "";
    return new Map(items.map((item) => [item.label.replaceAll('"', ""), words(item)]));
  }

  /** What is shown of what is under the cursor. */
  async hover() {
    const found = await this.#server.request("textDocument/hover", this.#place);
    return found?.contents?.value ?? "";
  }
}
