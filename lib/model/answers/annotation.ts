import { z } from 'zod'
import { noun } from './shape.ts'

const ms = z.number().int().meta({ description: 'Epoch ms' })

/** As Grafana answers an annotation of an organization; members that name its dashboards, panels and alerts are empty. */
export const annotationAnswer = noun(
  'Annotation',
  'What a person or a program says of a moment or a span, in the form that Grafana answers',
  {
    id: z.number().int(),
    alertId: z.literal(0),
    dashboardId: z.literal(0),
    panelId: z.literal(0),
    userId: z.literal(0),
    userName: z.string().meta({ description: 'Who made it: a person or an API token' }),
    newState: z.literal(''),
    prevState: z.literal(''),
    created: ms,
    updated: ms,
    time: ms,
    timeEnd: ms.optional().meta({ description: 'Absent: a moment, or a span that has not ended' }),
    text: z.string().meta({ description: "Somebody else's words: escape them" }),
    tags: z.array(z.string()),
    data: z.object({}),
  },
)
export type AnnotationView = z.infer<typeof annotationAnswer>

export const annotationMadeAnswer = z.object({ message: z.string(), id: z.number().int() })
export const annotationDoneAnswer = z.object({ message: z.string() })
