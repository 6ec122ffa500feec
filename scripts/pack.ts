import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { builtServer, ensureBuild } from './boot/build.mjs'
import { run } from './boot/child.mjs'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'

const FILES = ['README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md']

/**
 * `npm run pack`: makes dist/evenkeel-VERSION.tgz, a package that can be published. It holds the built server with all that it needs, so that
 * whoever installs it downloads nothing else.
 */
export async function main(args: string[]): Promise<number> {
  if (args.length > 0) throw new Stop('npm run pack takes no arguments.', 2)
  await ensureBuild()
  const dist = join(root, 'dist')
  const folder = join(dist, 'npm')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'dist'), { recursive: true })
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  for (const file of FILES) copyFileSync(join(root, file), join(folder, file))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
  await run('Packing the server', 'tar', ['-czf', join(folder, 'dist', 'server.tgz'), '-C', dirname(builtServer), '.'], { quiet: true })
  const output = await run('', 'npm', ['pack', '--pack-destination', dist], { cwd: folder, quiet: true })
  rmSync(folder, { recursive: true })
  process.stdout.write(`${join('dist', String(output).trim().split('\n').at(-1)!)}\n`)
  return 0
}

/** The published package's own manifest: no dependencies, because the archive holds them. */
function manifest(): Record<string, unknown> {
  const { name, version, license, description, type, engines, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return { name, version, license, description, type, engines, bin }
}
