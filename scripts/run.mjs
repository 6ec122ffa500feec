#!/usr/bin/env node
// The door of every npm command. Imports nothing but Node's own modules until packages are there, and runs on old Nodes far enough
// to fetch a new one.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuild } from './boot/build.mjs'
import { ensureNode } from './boot/node.mjs'
import { ensurePackages } from './boot/packages.mjs'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'

/** Each command: what has to be there first, and the module whose `main(args)` does it and resolves to an exit code. */
const COMMANDS = {
  demo: { built: true, module: 'demo/main.ts' },
  start: { built: true, module: 'scripts/start.ts' },
  dev: { built: false, module: 'scripts/dev.ts' },
  check: { built: false, module: 'scripts/test.ts', args: ['--only', 'types,lint,unit'] },
  test: { built: false, module: 'scripts/test.ts' },
  'test-long': { built: false, module: 'scripts/test.ts', args: ['--long'] },
  bench: { built: false, module: 'bench/run.ts' },
  doctor: { built: false, module: 'scripts/doctor.ts' },
  capture: { built: false, module: 'scripts/capture.ts' },
}

async function main([name, ...args]) {
  const command = COMMANDS[name]
  if (!command) throw new Stop(`Commands: ${Object.keys(COMMANDS).join(', ')}; found ${name ?? 'none'}.`, 2)
  if (!existsSync(join(root, command.module))) throw new Stop(`${name}: ${command.module} is not in this checkout.`)
  await ensureNode()
  await ensurePackages()
  if (command.built) await ensureBuild()
  const { main } = await import(join(root, command.module))
  return main([...(command.args ?? []), ...args])
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code ?? 0),
  (error) => {
    process.stderr.write(`${error instanceof Stop || error.name === 'EvenkeelError' ? error.message : error.stack}\n`)
    process.exit(error.code === 2 || (error instanceof Stop && error.code) || 1)
  },
)
