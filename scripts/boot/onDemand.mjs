/**
 * What Next's server loads at its start and a built one never calls, by the file that loads it: the schema of next.config.js, of two thousand zod objects,
 * and the compiler of one in TypeScript. Together 3 MB of live heap.
 */
export const ON_DEMAND = {
  'dist/server/lib/app-info-log.js': '../config-schema',
  'dist/server/config.js': '../build/next-config-ts/transpile-config',
}

/** A CommonJS program that loads a module of its own when it first asks it for something. Throws where it does not load it as `const _name = require("…")`. */
export function onDemand(source, module) {
  const line = new RegExp(`^const (_\\w+) = require\\("${module.replace(/[.]/g, '\\.')}"\\);$`, 'm')
  if (!line.test(source)) throw new Error(`"${module}" is loaded in another way now`)
  return source.replace(line, (_, name) => `const ${name} = new Proxy({}, { get: (_, key) => require("${module}")[key] });`)
}
