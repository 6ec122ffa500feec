import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { Stop } from './boot/say.mjs'
import { targetsOf } from './targets.ts'

/** How Evenkeel is started, as help. `command`: what the user types, `npm start --` or `evenkeel`. */
export const usage = (command: string): string => {
  const plain = command.replace(/ --$/, '')
  const line = (words: string, what: string) => `${words.padEnd(command.length + 20)} ${what}`
  return [
    line(plain, 'Evenkeel on ./evenkeel.yaml'),
    line(`${command} --config FILE`, 'on another configuration'),
    line(
      `${command} --target URL ...`,
      'on these servers: redis://HOST:PORT, memcached://HOST:PORT, haproxy://HOST:PORT (its socket over TCP),',
    ),
    line('', 'haproxy:///path/to/socket, nginx+http://HOST/stub_status, envoy+http://HOST:PORT (its admin interface),'),
    line('', 'twemproxy://HOST:PORT (its statistics), prometheus+http://HOST:PORT'),
    line(`${command} --prometheus URL`, 'on whatever the exporters tell that this Prometheus scrapes'),
    line('', 'With --target and --prometheus it listens on 127.0.0.1:3000; the variable PORT gives another port.'),
  ].join('\n')
}

/** The configuration file that the arguments name, or one that is made for them. Throws `Stop` with the usage. */
export function configOf(args: string[], command: string): { path: string; made: boolean } {
  const { config, target = [], prometheus = [] } = parsed(args, command)
  const urls = [...target, ...prometheus.map((url) => `prometheus+${url}`)]
  if (config && urls.length > 0) throw new Stop(`Give --config, or --target and --prometheus, not both.\n${usage(command)}`, 2)
  if (urls.length > 0) {
    const path = join(mkdtempSync(join(tmpdir(), 'evenkeel-')), 'evenkeel.yaml')
    const listen = process.env.PORT ? { listen: `127.0.0.1:${process.env.PORT}` } : {}
    writeFileSync(path, stringify({ ...listen, data: resolve('data'), auth: { mode: 'none' }, targets: targetsOf(urls) }))
    return { path, made: true }
  }
  const path = resolve(config ?? 'evenkeel.yaml')
  if (!existsSync(path)) throw new Stop(`${path}: there is no such file.\n${usage(command)}`, 2)
  return { path, made: false }
}

function parsed(args: string[], command: string) {
  try {
    const many = { type: 'string', multiple: true } as const
    return parseArgs({ args, options: { config: { type: 'string' }, target: many, prometheus: many } }).values
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${usage(command)}`, 2)
  }
}
