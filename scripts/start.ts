import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { ensureBuild } from './boot/build.mjs'
import { stayWith } from './boot/child.mjs'
import { Stop, say } from './boot/say.mjs'
import { readConfig } from './config.ts'
import { launch } from './launch.ts'
import { targetsOf } from './targets.ts'

const USAGE = `npm start                          Evenkeel on ./evenkeel.yaml
npm start -- --config FILE         on another configuration
npm start -- --target URL ...      on these servers: redis://HOST:PORT, memcached://HOST:PORT, haproxy://HOST:PORT (its socket over TCP),
                                   haproxy:///path/to/socket, nginx+http://HOST/stub_status, envoy+http://HOST:PORT (its admin interface),
                                   twemproxy://HOST:PORT (its statistics), prometheus+http://HOST:PORT
npm start -- --prometheus URL      on whatever the exporters tell that this Prometheus scrapes`

/** `npm start`: the built server on a configuration, in the foreground. */
export async function main(args: string[]): Promise<number> {
  const { path: config, made } = configPath(args)
  const { host, port } = readConfig(config).listen
  await ensureBuild()
  const evenkeel = launch({ config, host, port, made })
  evenkeel.ready(240_000).then(
    () => say(`Evenkeel is at ${evenkeel.url}`),
    () => {},
  )
  return stayWith(evenkeel.process)
}

function configPath(args: string[]): { path: string; made: boolean } {
  const { config, target = [], prometheus = [] } = options(args)
  const urls = [...target, ...prometheus.map((url) => `prometheus+${url}`)]
  if (config && urls.length > 0) throw new Stop(`Give --config, or --target and --prometheus, not both.\n${USAGE}`, 2)
  if (urls.length > 0) {
    const path = join(mkdtempSync(join(tmpdir(), 'evenkeel-')), 'evenkeel.yaml')
    writeFileSync(path, stringify({ data: resolve('data'), auth: { mode: 'none' }, targets: targetsOf(urls) }))
    return { path, made: true }
  }
  const path = resolve(config ?? 'evenkeel.yaml')
  if (!existsSync(path)) throw new Stop(`${path}: there is no such file.\n${USAGE}`, 2)
  return { path, made: false }
}

function options(args: string[]) {
  try {
    const many = { type: 'string', multiple: true } as const
    return parseArgs({ args, options: { config: { type: 'string' }, target: many, prometheus: many } }).values
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`, 2)
  }
}
