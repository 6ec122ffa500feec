#!/usr/bin/env node
// Entry point of every npm command. Imports nothing but Node's own modules until packages are there, and runs on old Nodes far enough
// to fetch a new one.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureNode } from './boot/node.mjs'
import { ensurePackages } from './boot/packages.mjs'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'

/** Each command: the module whose `main(args)` does it and resolves to an exit code. */
const COMMANDS = {
  demo: { module: 'demo/main.ts' },
  start: { module: 'scripts/start.ts' },
  dev: { module: 'scripts/dev.ts' },
  check: { module: 'scripts/test.ts', args: ['--only', 'types,lint,unused,unit'] },
  test: { module: 'scripts/test.ts' },
  'test-long': { module: 'scripts/test.ts', args: ['--long'] },
  'test-world': { module: 'scripts/world.ts' },
  bench: { module: 'bench/run.ts' },
  doctor: { module: 'scripts/doctor.ts' },
  capture: { module: 'scripts/capture.ts' },
  audit: { module: 'scripts/audit.ts' },
  backup: { module: 'scripts/backup.ts' },
  restore: { module: 'scripts/restore.ts' },
  sbom: { module: 'scripts/sbom.ts' },
  pack: { module: 'scripts/pack.ts' },
  move: { module: 'scripts/move.ts' },
}

async function main([name, ...args]) {
  const command = COMMANDS[name]
  if (!command) throw new Stop(`Commands: ${Object.keys(COMMANDS).join(', ')}; found ${name ?? 'none'}.`, 2)
  if (!existsSync(join(root, command.module))) throw new Stop(`${name}: ${command.module} is not in this checkout.`)
  await ensureNode()
  await ensurePackages()
  const { main } = await import(join(root, command.module))
  return main([...(command.args ?? []), ...args])
}

main(process.argv.slice(2)).then(
  // Exit codes are 0, 1 and 2 only, whatever a child ended with.
  (code) => process.exit(code > 2 ? 1 : (code ?? 0)),
  (error) => {
    process.stderr.write(`${error instanceof Stop ? error.message : error.stack}\n`)
    process.exit(error instanceof Stop ? error.code : 1)
  },
)
