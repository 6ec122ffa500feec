import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { stayWith } from '../scripts/boot/child.mjs'
import { ensurePrograms, installLine } from '../scripts/boot/programs.mjs'
import { Stop, say } from '../scripts/boot/say.mjs'
import { launch } from '../scripts/launch.ts'
import { createDrills, serveDrills } from './controller.ts'
import { drills } from './drills.ts'
import { startFleet } from './fleet.ts'

const PROGRAMS = ['redis-server', 'haproxy', 'nginx', 'memcached']
const HOST = '127.0.0.1'

/** `npm run demo`: a fleet of real servers with traffic, and Evenkeel on it, until Ctrl-C. */
export async function main(args: string[]): Promise<number> {
  const names = drillsAsked(args)
  const absent = await ensurePrograms(PROGRAMS)
  if (absent.length > 0) throw new Stop(`The demo needs ${absent.join(', ')}: ${installLine(absent)}`)
  await ensureBuild()

  say('Starting the fleet: five Redis, HAProxy with eight servers, memcached, NGINX, and traffic')
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-demo-'))
  const fleet = await startFleet()
  const all = createDrills(fleet, say)
  const controller = await serveDrills(all)
  try {
    const port = await freeNear(3000)
    const config = join(home, 'evenkeel.yaml')
    writeFileSync(config, fleet.yaml({ listen: `${HOST}:${port}`, data: join(home, 'data') }))
    const evenkeel = launch({ config, host: HOST, port, drills: controller.url })
    evenkeel.ready(60_000).then(
      async () => {
        say(`Evenkeel is at ${evenkeel.url}   (Ctrl-C ends everything; its configuration is ${config})`)
        for (const name of names) await all.start(name)
      },
      (error: Error) => say(error.message),
    )
    return await stayWith(evenkeel.process)
  } finally {
    say('Tidying up')
    controller.stop()
    await all.endAll()
    await fleet.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

function drillsAsked(args: string[]): string[] {
  const known = drills.map((drill) => drill.name)
  try {
    const { drill = [] } = parseArgs({ args, options: { drill: { type: 'string', multiple: true } } }).values
    const strange = drill.find((name) => !known.includes(name))
    if (strange !== undefined) throw new Error(`--drill: found ${JSON.stringify(strange)}`)
    return drill
  } catch (error) {
    throw new Stop(`${(error as Error).message}; allowed: --drill NAME with ${known.join(', ')}.`, 2)
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
