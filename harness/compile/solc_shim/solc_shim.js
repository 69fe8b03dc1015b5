// Makes the npm build of solc answer like the native binary, as far as
// crytic-compile, Slither and other build tools ask it:
//
//   node solc_shim.js PACKAGE_DIR --version
//   node solc_shim.js PACKAGE_DIR --standard-json [FILE] [path options]
//   node solc_shim.js PACKAGE_DIR --combined-json WHAT FILE... [prefix=target...] [options]
//
// PACKAGE_DIR is the folder of the npm package `solc`.
'use strict';

const fs = require('fs');
const path = require('path');

const VALUE_OPTIONS = new Set([
  '--base-path', '--include-path', '-I', '--allow-paths', '--combined-json', '--optimize-runs',
  '--evm-version', '--metadata-hash', '--model-checker-engine', '--libraries', '--revert-strings',
]);

function fail(message) {
  process.stderr.write(message + '\n');
  process.exit(1);
}

function parseArguments(argv) {
  const parsed = { files: [], remappings: [], flags: new Set(), values: {}, include: [], allow: [] };
  for (let i = 0; i < argv.length; i++) {
    let [name, value] = [argv[i], undefined];
    const inline = /^(--[a-z-]+)=(.*)$/.exec(name);
    if (inline) {
      [name, value] = [inline[1], inline[2]];
    }
    if (VALUE_OPTIONS.has(name)) {
      if (value === undefined) {
        value = argv[++i];
      }
      if (value === undefined) {
        fail(`solc: ${name} needs a value`);
      }
      if (name === '--include-path' || name === '-I') parsed.include.push(value);
      else if (name === '--allow-paths') parsed.allow.push(...value.split(',').filter(Boolean));
      else parsed.values[name] = value;
    } else if (name.startsWith('--')) {
      parsed.flags.add(name);
    } else if (name === '-' || !argv[i].includes('=')) {
      parsed.files.push(argv[i]);
    } else {
      parsed.remappings.push(argv[i]);
    }
  }
  return parsed;
}

function realpath(file) {
  try {
    return fs.realpathSync(file);
  } catch (error) {
    return path.resolve(file);
  }
}

// The compiler's file reader: base path, then include paths, within the allowed folders only.
function reader(parsed) {
  const base = path.resolve(parsed.values['--base-path'] || '.');
  const roots = [base, ...parsed.include.map((folder) => path.resolve(folder))];
  const targets = parsed.remappings.map((text) => path.dirname(text.slice(text.indexOf('=') + 1) + '_'));
  const allowed = [
    ...roots,
    ...parsed.allow.map((folder) => path.resolve(base, folder)),
    ...parsed.files.map((file) => path.dirname(path.resolve(file))),
    ...targets.map((folder) => path.resolve(base, folder)),
  ].map(realpath);
  return (name) => {
    const plain = name.replace(/^file:\/\//, '');
    for (const root of roots) {
      const file = path.resolve(root, plain);
      if (!fs.existsSync(file) || !fs.statSync(file).isFile()) {
        continue;
      }
      const real = realpath(file);
      const inside = allowed.some((folder) => real === folder || real.startsWith(folder.replace(/\/?$/, '/')));
      if (!inside) {
        return { error: `File outside of allowed directories: ${name}` };
      }
      return { contents: fs.readFileSync(file, 'utf8') };
    }
    return { error: `File not found: ${name}` };
  };
}

// The WASM build prints the negative ids of built-in declarations as unsigned 32-bit numbers.
function repairIds(output) {
  const signed = (digits) => String(Number(digits) - 4294967296);
  return output
    .replace(/"referencedDeclaration":(42949\d{5})\b/g, (_, digits) => `"referencedDeclaration":${signed(digits)}`)
    .replace(/"overloadedDeclarations":\[([\d,]*42949\d{5}[\d,]*)\]/g,
      (_, list) => `"overloadedDeclarations":[${list.replace(/\b42949\d{5}\b/g, signed)}]`);
}

function loadCompiler(packageDir) {
  // Some builds install handlers that turn any later error into a dump of the whole source.
  const listeners = ['uncaughtException', 'unhandledRejection'];
  const before = listeners.map((event) => new Set(process.listeners(event)));
  const solc = require(packageDir);
  listeners.forEach((event, index) => {
    for (const listener of process.listeners(event)) {
      if (!before[index].has(listener)) process.removeListener(event, listener);
    }
  });
  return solc;
}

function compile(solc, input, read) {
  const minor = Number(/^\d+\.(\d+)/.exec(solc.version())[1]);
  const text = JSON.stringify(input);
  if (minor >= 6) {
    return repairIds(solc.compile(text, { import: read }));
  }
  // Older packages take the reader itself; before 0.5, `compile` took no standard JSON.
  return repairIds((minor === 5 ? solc.compile : solc.compileStandardWrapper)(text, read));
}

function standardJson(packageDir, parsed) {
  const text = fs.readFileSync(parsed.files.length && parsed.files[0] !== '-' ? parsed.files[0] : 0, 'utf8');
  let input;
  try {
    input = JSON.parse(text);
  } catch (error) {
    fail(`solc: the standard JSON input cannot be read: ${error.message}`);
  }
  process.stdout.write(compile(loadCompiler(packageDir), input, reader(parsed)) + '\n');
}

const COMBINED = {
  abi: { select: 'abi', pick: (c) => c.abi, json: true },
  asm: { select: 'evm.legacyAssembly', pick: (c) => c.evm.legacyAssembly },
  bin: { select: 'evm.bytecode.object', pick: (c) => c.evm.bytecode.object },
  'bin-runtime': { select: 'evm.deployedBytecode.object', pick: (c) => c.evm.deployedBytecode.object },
  devdoc: { select: 'devdoc', pick: (c) => c.devdoc, json: true },
  'function-debug': { select: 'evm.bytecode.functionDebugData', pick: (c) => c.evm.bytecode.functionDebugData },
  'function-debug-runtime': {
    select: 'evm.deployedBytecode.functionDebugData',
    pick: (c) => c.evm.deployedBytecode.functionDebugData,
  },
  hashes: { select: 'evm.methodIdentifiers', pick: (c) => c.evm.methodIdentifiers },
  metadata: { select: 'metadata', pick: (c) => c.metadata },
  opcodes: { select: 'evm.bytecode.opcodes', pick: (c) => c.evm.bytecode.opcodes },
  srcmap: { select: 'evm.bytecode.sourceMap', pick: (c) => c.evm.bytecode.sourceMap },
  'srcmap-runtime': { select: 'evm.deployedBytecode.sourceMap', pick: (c) => c.evm.deployedBytecode.sourceMap },
  'storage-layout': { select: 'storageLayout', pick: (c) => c.storageLayout, json: true },
  userdoc: { select: 'userdoc', pick: (c) => c.userdoc, json: true },
};

// The name that native solc gives to a file of the command line.
function sourceName(file, parsed) {
  const absolute = path.resolve(file);
  const roots = [parsed.values['--base-path'] || '.', ...parsed.include];
  for (const root of roots.map((folder) => path.resolve(folder))) {
    if (absolute.startsWith(root.replace(/\/?$/, '/'))) {
      return path.relative(root, absolute);
    }
  }
  return absolute;
}

function combinedInput(parsed, wanted) {
  const input = {
    language: 'Solidity',
    sources: {},
    settings: { remappings: parsed.remappings, optimizer: { enabled: parsed.flags.has('--optimize') } },
  };
  for (const file of parsed.files) {
    if (!fs.existsSync(file)) {
      fail(`"${file}" is not found.`);
    }
    input.sources[sourceName(file, parsed)] = { content: fs.readFileSync(file, 'utf8') };
  }
  if (parsed.values['--optimize-runs']) {
    input.settings.optimizer.runs = Number(parsed.values['--optimize-runs']);
  }
  if (parsed.flags.has('--via-ir')) input.settings.viaIR = true;
  if (parsed.values['--evm-version']) input.settings.evmVersion = parsed.values['--evm-version'];
  const selected = wanted.filter((name) => COMBINED[name]).map((name) => COMBINED[name].select);
  input.settings.outputSelection = { '*': { '*': selected, '': wanted.includes('ast') ? ['ast'] : [] } };
  return input;
}

function combinedJson(packageDir, parsed) {
  const wanted = parsed.values['--combined-json'].split(',').map((name) => name.trim());
  const solc = loadCompiler(packageDir);
  const output = JSON.parse(compile(solc, combinedInput(parsed, wanted), reader(parsed)));
  const errors = output.errors || [];
  errors.forEach((error) => process.stderr.write((error.formattedMessage || error.message) + '\n'));
  if (errors.some((error) => error.severity === 'error')) {
    process.exit(1);
  }
  const minor = Number(/^\d+\.(\d+)/.exec(solc.version())[1]);
  const combined = { contracts: {}, version: solc.version() };
  for (const [file, contracts] of Object.entries(output.contracts || {})) {
    for (const [name, contract] of Object.entries(contracts)) {
      const entry = (combined.contracts[`${file}:${name}`] = {});
      for (const key of wanted.filter((one) => COMBINED[one])) {
        const value = COMBINED[key].pick(contract);
        // Before 0.8, --combined-json held JSON values as strings.
        entry[key] = COMBINED[key].json && minor < 8 ? JSON.stringify(value) : value;
      }
    }
  }
  const sources = Object.entries(output.sources || {}).sort((a, b) => a[1].id - b[1].id);
  combined.sourceList = sources.map(([file]) => file);
  if (wanted.includes('ast')) {
    combined.sources = Object.fromEntries(sources.map(([file, source]) => [file, { AST: source.ast }]));
  }
  process.stdout.write(JSON.stringify(combined) + '\n');
}

function main() {
  const [packageDir, ...rest] = process.argv.slice(2);
  const parsed = parseArguments(rest);
  if (parsed.flags.has('--version')) {
    const version = loadCompiler(path.resolve(packageDir)).version();
    process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
  } else if (parsed.flags.has('--standard-json')) {
    standardJson(path.resolve(packageDir), parsed);
  } else if (parsed.values['--combined-json']) {
    combinedJson(path.resolve(packageDir), parsed);
  } else {
    fail('solc (npm build): only --version, --standard-json and --combined-json are answered');
  }
}

main();
