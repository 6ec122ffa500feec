import { z } from 'zod'
import { FALSE_ALARMS, falseAlarmsPerHour } from '../model/falseAlarms.ts'

/** `detection:` of the file. */
export const detectionSchema = z
  .strictObject({
    falseAlarms: z.union([z.number(), z.string()]).transform(falseAlarmsPerHour()).optional().meta({
      'x-rate': true,
      'x-default': FALSE_ALARMS,
      description:
        'How many false alarms the fleet may raise in a time, such as `0.1/h` or `1/d`. The rules with a setting `falseAlarms` share it evenly; one that has its own keeps that',
    }),
  })
  .prefault({})
  .describe('How sure rules that compare with a normal must be')
