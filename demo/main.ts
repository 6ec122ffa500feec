import { parseArgs } from 'node:util'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { stayWith } from '../scripts/boot/child.mjs'
import { Stop, say } from '../scripts/boot/say.mjs'
import { launch } from '../scripts/launch.ts'
import { drills } from './drills.ts'
import { ensureServers, HOST, openStage } from './stage.ts'

/** `npm run demo`: a fleet of real servers with traffic, and Evenkeel on it, until Ctrl-C. */
export async function main(args: string[]): Promise<number> {
  const names = drillsAsked(args)
  await ensureServers()
  await ensureBuild()
  const stage = await openStage()
  try {
    const evenkeel = launch({ config: stage.config, host: HOST, port: stage.port, drills: stage.controller })
    evenkeel.ready(60_000).then(
      async () => {
        say(`Evenkeel is at ${evenkeel.url}   (Ctrl-C ends everything; its configuration is ${stage.config})`)
        for (const name of names) await stage.drills.start(name)
      },
      (error: Error) => say(error.message),
    )
    return await stayWith(evenkeel.process)
  } finally {
    await stage.close()
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
