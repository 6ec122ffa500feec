import { z } from 'zod'
import { figure, iso, labels, noun, open } from './shape.ts'
import { foreseen, guard, prediction, reversal, settingAnswer, step } from './step.ts'

const journalEntry = open({
  at: iso,
  what: z.enum([
    'created',
    'intent',
    'written',
    'compensated',
    'awaiting',
    'watching',
    'guard',
    'measured',
    'kept',
    'rolled_back',
    'drift',
    'failed',
    'recovered',
    'note',
  ]),
  text: z.string(),
  step: step.optional(),
  by: z.string().optional(),
})

const slowStart = open({
  stage: z.number(),
  of: z.number(),
  done: z.boolean(),
  nextAt: iso.optional(),
  weights: z.array(z.object({ setting: settingAnswer, before: z.string(), values: z.array(z.string()) })),
})

const guardNow = z.object({
  metric: z.string(),
  text: z.string(),
  now: figure,
  breached: z.boolean().meta({ description: "The limit is passed now; held for the guard's time, the change rolls back" }),
  since: iso.optional().meta({ description: 'Since when without a break' }),
  siblings: z.string().optional().meta({
    description: 'The limit is passed, but siblings moved in the same way: it is not of the change, and does not roll it back',
  }),
  loosenedTo: z.number().optional().meta({ description: 'The limit in force while the dip that the prediction expects lasts' }),
})

const bounds = z.object({ value: z.number(), low: z.number(), high: z.number() })

const controlGroup = z.object({
  metric: z.string(),
  where: z.record(z.string(), z.string()),
  before: bounds,
  siblings: z.array(z.object({ where: z.record(z.string(), z.string()), before: bounds })),
})

const judged = z.object({
  afterMs: z.number().meta({ description: 'So long after the watch began' }),
  ofMs: z.number().meta({ description: 'The longest that the watch could take' }),
  because: z.string().meta({ description: 'Why the verdict could be taken then, with the movement and its certainty' }),
  siblings: z.string().optional().meta({ description: 'What the control group did in the same time' }),
})

const committed = open({
  branch: z.string(),
  commit: z.string().meta({ description: 'Its hash; empty until it is made' }),
  base: z.string().meta({ description: 'The branch that it is for' }),
  parent: z.string().meta({ description: 'The commit that it follows' }),
  files: z.array(z.string()),
  until: iso.meta({ description: 'Until when its values are waited for at the server' }),
  pullRequest: z
    .object({
      state: z.enum(['running', 'done', 'failed', 'interrupted']),
      output: z.string().meta({ description: 'What the configured command has said, without the values of variables that it was given' }),
    })
    .optional(),
})

export const expectation = foreseen.extend({
  fromMs: z.number().meta({ description: 'It is of the mean from so long after the write on' }),
  toMs: z.number(),
})

export const drill = z.object({
  of: z.string().meta({ description: 'What is taken away' }),
  lastsMs: z.number(),
  expects: z.array(
    expectation.extend({
      widened: z.number().optional().meta({ description: 'By what its band was widened, because outcomes of earlier drills asked for it' }),
    }),
  ),
  outcomes: z
    .array(
      z.union([
        z.object({ value: z.number(), low: z.number(), high: z.number(), inside: z.boolean() }),
        z.object({ inside: z.null(), because: z.string() }),
      ]),
    )
    .optional()
    .meta({ description: 'One for each expectation, once it has ended; `inside` null: not judged' }),
})

const retime = z.object({
  target: z.string(),
  text: z.string().meta({ description: 'The plan: which keys, until when they live, and which ends they get' }),
  commands: z.array(z.string()).meta({ description: 'What is sent, key by key' }),
  because: z.string().optional().meta({ description: 'Why it may not be done now' }),
})

export const changeAnswer = noun('Change', 'What was done, and what it did', {
  id: z.string(),
  state: z.enum(['applying', 'awaiting', 'watching', 'kept', 'rolled_back', 'failed']),
  steps: z.array(step),
  labels: labels.optional().meta({ description: 'Those that all its targets shared when it began' }),
  because: z.string(),
  proposal: z.string().optional(),
  finding: z.string().optional(),
  by: z.string(),
  approvedBy: z.string().optional().meta({ description: 'The second person, where one had to approve it' }),
  at: iso,
  watchFrom: iso.optional(),
  watchUntil: iso.optional(),
  endedAt: iso.optional(),
  reversal,
  prediction: prediction.nullable(),
  guards: z.array(guard),
  guardsNow: z.array(guardNow).meta({ description: 'Its guards with what they read now, while it is watched' }),
  measured: z.object({ before: z.number(), after: z.number(), low: z.number(), high: z.number() }).nullable(),
  baseline: bounds.optional().meta({ description: 'The predicted metric as it was measured right before the write' }),
  controls: z.array(controlGroup).optional().meta({
    description:
      'Control groups of the prediction and the guards: other pools or shards that the change does not touch, as they were measured right before the write',
  }),
  rollingBack: z
    .object({ by: z.string(), at: z.number(), because: z.string(), automatic: z.boolean() })
    .optional()
    .meta({ description: 'It is to be rolled back, and its server could not be reached yet' }),
  verdict: z.enum(['improved', 'no_effect', 'regressed', 'unjudged']).nullable(),
  judged: judged.optional().meta({ description: 'When the verdict was taken, and why then; of a verdict by measurement alone' }),
  outcome: z.string().optional().meta({ description: 'The verdict as a sentence with both numbers, or why it failed' }),
  needsPerson: z.string().optional().meta({ description: 'What a person should decide' }),
  automatic: z.boolean().optional().meta({ description: 'It was rolled back by itself' }),
  seenTo: z.string().optional().meta({ description: 'Who has seen to what it left open when it failed' }),
  autopilot: z
    .object({ rule: z.string(), because: z.string() })
    .optional()
    .meta({ description: 'Made by the autopilot: by which of its policies, and why' }),
  drill: drill.optional().meta({ description: 'Of a drill: it is put back when its time is over, whatever was measured' }),
  follows: z.string().optional().meta({ description: 'The change of a TTL after which it re-times the keys that were stored before' }),
  retime: z.array(retime).optional().meta({
    description:
      'Of a TTL that became shorter: what can be done about the keys that were stored before, for each cache; of one change alone',
  }),
  course: z.string().optional().meta({ description: 'The course over a group of identical balancers that it is a part of' }),
  moves: z
    .array(z.object({ of: z.string().meta({ description: 'A pool or ring: `pool:TARGET/POOL`, `ring:NAME`' }), share: z.number() }))
    .optional()
    .meta({ description: 'The part of the traffic that it moves there, by the predicted shares before and after' }),
  committed: committed.optional().meta({ description: 'Where a repository owns the settings: the commit that took the place of a write' }),
  returned: committed.optional().meta({ description: 'The commit that takes it back' }),
  job: z.string().optional().meta({ description: 'The id of the long work that writes its steps' }),
  slowStart: slowStart.optional().meta({ description: 'Servers that come back get their weight in stages; the one that stands, from 1' }),
  lasting: z.array(z.string()).optional().meta({ description: 'How to make it outlive a reload, a text a server; of one change alone' }),
  undo: z
    .array(z.string())
    .optional()
    .meta({ description: 'Commands that put it back by hand, where it was found in flight in observe mode' }),
  finish: z.array(z.string()).optional().meta({ description: 'Commands that bring the rest of it about, where it was left half-way so' }),
  journal: z.array(journalEntry),
})
export type ChangeView = z.infer<typeof changeAnswer>
