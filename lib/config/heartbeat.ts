import { z } from 'zod'
import { secret } from '../model/marks.ts'
import { duration } from './duration.ts'

/** Who notices when nobody is told because Evenkeel itself stands still. */
export const heartbeatSchema = z
  .strictObject({
    // Whoever knows it can keep the watch quiet.
    url: secret(z.url({ protocol: /^https?$/, error: 'an http(s) address' })).describe('The address that is asked (GET); it is a secret'),
    every: duration(5_000, 86_400_000).prefault('60s').meta({ description: 'How often' }),
  })
  .describe(
    'A dead man’s switch: an address that is asked for as long as Evenkeel polls and judges, so that a service outside notices when it stops',
  )
