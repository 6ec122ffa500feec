import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './child.mjs'
import { say } from './say.mjs'
import { locked } from './stamp.mjs'

/** Program -> Debian's package of it, and Homebrew's where the name differs. @type {Record<string, { apt: string, brew?: string }>} */
const PACKAGES = {
  'redis-server': { apt: 'redis-server', brew: 'redis' },
  haproxy: { apt: 'haproxy' },
  nginx: { apt: 'nginx' },
  memcached: { apt: 'memcached' },
  nutcracker: { apt: 'nutcracker' },
  prometheus: { apt: 'prometheus' },
  'prometheus-redis-exporter': { apt: 'prometheus-redis-exporter', brew: 'redis_exporter' },
  'prometheus-haproxy-exporter': { apt: 'prometheus-haproxy-exporter', brew: 'haproxy_exporter' },
  'victoria-metrics': { apt: 'victoria-metrics', brew: 'victoriametrics' },
  'prometheus-alertmanager': { apt: 'prometheus-alertmanager', brew: 'alertmanager' },
  varnishd: { apt: 'varnish', brew: 'varnish' },
  'prometheus-varnish-exporter': { apt: 'prometheus-varnish-exporter', brew: 'varnish_exporter' },
  squid: { apt: 'squid' },
  'prometheus-squid-exporter': { apt: 'prometheus-squid-exporter' },
  traffic_server: { apt: 'trafficserver' },
  'prometheus-trafficserver-exporter': { apt: 'prometheus-trafficserver-exporter' },
  chromium: { apt: 'chromium' },
  'ansible-playbook': { apt: 'ansible', brew: 'ansible' },
  postgres: { apt: 'postgresql' },
  faketime: { apt: 'faketime', brew: 'libfaketime' },
}
// Daemons live in sbin, which an ordinary user's PATH leaves out on Debian.
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
// PostgreSQL's are in a folder for each version.
const POSTGRES = '/usr/lib/postgresql'
if (existsSync(POSTGRES)) FOLDERS.push(...readdirSync(POSTGRES).map((version) => join(POSTGRES, version, 'bin')))

function has(program) {
  return FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Which of the programs are missing. @param {string[]} programs */
export const missing = (programs) => programs.filter((program) => !has(program))

/** The line that installs them here. @param {string[]} programs */
export function installLine(programs) {
  const brew = process.platform === 'darwin'
  const names = programs.map((program) => (brew ? (PACKAGES[program].brew ?? PACKAGES[program].apt) : PACKAGES[program].apt))
  return brew
    ? `brew install ${names.join(' ')}`
    : `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`
}

/**
 * Installs the missing ones as root on Debian, without starting their services. Elsewhere nothing is done.
 * Resolves to what is still missing.
 * @param {string[]} programs @returns {Promise<string[]>}
 */
export function ensurePrograms(programs) {
  return locked(async () => {
    const wanted = missing(programs)
    const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
    if (wanted.length === 0 || !canInstall) return wanted
    const names = wanted.map((program) => PACKAGES[program].apt)
    await withoutServices(async () => {
      const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
      const install = ['install', '-y', '--no-install-recommends', ...names]
      const code = await run(`Installing ${names.join(', ')} (apt-get)`, 'apt-get', ['-q', '--simulate', ...install], {
        env,
        quiet: true,
        allowFail: true,
        hush: true,
      })
      if (code !== 0)
        await run('Reading the list of packages (apt-get update)', 'apt-get', ['-q', 'update'], { env, quiet: true, allowFail: true })
      if ((await run('', 'apt-get', ['-q', ...install], { env, quiet: true, allowFail: true })) !== 0) {
        // A list that is a few weeks old names versions that the mirror no longer has.
        await run('Reading the list of packages again (apt-get update)', 'apt-get', ['-q', 'update'], { env, quiet: true, allowFail: true })
        await run('', 'apt-get', ['-q', ...install], { env, quiet: true, allowFail: true })
      }
    })
    const still = missing(programs)
    if (still.length > 0) say(`still missing: ${still.join(', ')}`)
    return still
  })
}

/** Debian asks this file before a package starts its service; 101 means no. */
async function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return work()
  const remove = () => rmSync(policy, { force: true })
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  process.once('exit', remove)
  try {
    return await work()
  } finally {
    process.off('exit', remove)
    remove()
  }
}
