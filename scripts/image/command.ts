import { configOf, usage } from '../arguments.ts'
import { Stop } from '../boot/say.mjs'

/** The command `evenkeel` of the npm package: `npm start` without a checkout. The server runs in this process. */
const args = process.argv.slice(2)
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(`${usage('evenkeel')}\n`)
  process.exit(0)
}
try {
  const { path, made } = configOf(args, 'evenkeel')
  Object.assign(process.env, {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NEXT_MANUAL_SIG_HANDLE: 'true',
    EVENKEEL_CONFIG: path,
    ...(made && { EVENKEEL_CONFIG_MADE: '1' }),
  })
} catch (error) {
  if (!(error instanceof Stop)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(error.code)
}
await import('./serve.ts')
