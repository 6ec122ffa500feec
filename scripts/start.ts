import { configOf } from './arguments.ts'
import { ensureBuild } from './boot/build.mjs'
import { stayWith } from './boot/child.mjs'
import { say } from './boot/say.mjs'
import { readConfig } from './config.ts'
import { launch } from './launch.ts'

/** `npm start`: the built server on a configuration, in the foreground. */
export async function main(args: string[]): Promise<number> {
  const { path: config, made } = configOf(args, 'npm start --')
  const { host, port } = readConfig(config).listen
  await ensureBuild()
  const evenkeel = launch({ config, host, port, made })
  evenkeel.ready(240_000).then(
    () => say(`Evenkeel is at ${evenkeel.url}`),
    () => {},
  )
  return stayWith(evenkeel.process)
}
