import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensurePrograms, installLine, missing } from '../scripts/boot/programs.mjs'
import { Stop, say } from '../scripts/boot/say.mjs'
import { createDrills, type Drills, serveDrills } from './controller.ts'
import { startFleet } from './fleet.ts'
import { LISTINGS_RULES, LISTINGS_TTL, startListings } from './listings.ts'

const PROGRAMS = ['redis-server', 'haproxy', 'nginx', 'memcached']
const MONITORING = ['prometheus', 'prometheus-redis-exporter']
export const HOST = '127.0.0.1'

/** The demo's fleet with its drills and a configuration file for it. */
export type Stage = { config: string; port: number; drills: Drills; controller: string; close(): Promise<void> }

export async function ensureServers(): Promise<void> {
  const absent = (await ensurePrograms([...PROGRAMS, ...MONITORING])).filter((program) => PROGRAMS.includes(program))
  if (absent.length > 0) throw new Stop(`The demo needs ${absent.join(', ')}: ${installLine(absent)}`)
}

export async function openStage(): Promise<Stage> {
  say('Starting the fleet: six Redis, HAProxy with eight servers, memcached, NGINX, Prometheus, and traffic')
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-demo-'))
  const fleet = await startFleet({ prometheus: missing(MONITORING).length === 0, ttls: { listings: LISTINGS_TTL } })
  const drills = createDrills(fleet, say)
  const controller = await serveDrills(drills)
  const port = await freeNear(3000)
  const listings = await startListings({ evenkeel: `http://${HOST}:${port}`, sessionsPort: fleet.ports.sessions!, random: Math.random })
  const config = join(home, 'evenkeel.yaml')
  writeFileSync(
    config,
    fleet.yaml({ listen: `${HOST}:${port}`, data: join(home, 'data'), targets: [listings.target], extra: LISTINGS_RULES }),
  )
  return {
    config,
    port,
    drills,
    controller: controller.url,
    async close() {
      say('Tidying up')
      controller.stop()
      await drills.endAll()
      await listings.stop()
      await fleet.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** The first free port from `from` on. */
async function freeNear(from: number): Promise<number> {
  for (let port = from; port < from + 50; port++) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, HOST, () => probe.close(() => resolve(true)))
    })
    if (free) return port
  }
  throw new Stop(`No port from ${from} to ${from + 49} is free on ${HOST}.`)
}
