'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, path, post } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { noOperatorBecause, noWriteBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status, type Tone } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import type { CourseView } from '@/lib/model/answers/course.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'

const STATE: Record<CourseView['state'], { words: string; tone: Tone }> = {
  running: { words: 'Under way', tone: 'change' },
  asking: { words: 'Waits for your decision', tone: 'warning' },
  undoing: { words: 'Being rolled back', tone: 'warning' },
  done: { words: 'Done', tone: 'ok' },
  rolled_back: { words: 'Rolled back', tone: 'info' },
}
const PART: Record<CourseView['parts'][number]['state'], { words: string; tone: Tone }> = {
  waiting: { words: 'to come', tone: 'off' },
  applying: { words: 'being written', tone: 'change' },
  awaiting: { words: 'committed', tone: 'change' },
  watching: { words: 'watched', tone: 'change' },
  kept: { words: 'kept', tone: 'ok' },
  rolled_back: { words: 'rolled back', tone: 'info' },
  failed: { words: 'failed', tone: 'critical' },
}

/** The course over a group of balancers that a change is a part of: the canary, then the rest, each with its verdict. `here`: the change that is open. */
export function CoursePanel({ id, here }: { id: string; here: string }) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const { data: course, error } = useApi<CourseView>(['changes', 'course', id], path`courses/${id}`, { everyMs: 2_000 })
  const steer = useMutation({
    mutationFn: (verb: 'continue' | 'roll-back') => post<CourseView>(`courses/${encodeURIComponent(id)}/${verb}`),
    onError: (failure) => toast.error('Not done', { description: errorText(failure) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['changes'] }),
  })
  if (!course) return error ? <p className="text-dim text-sm">The course of its group: {errorText(error)}</p> : null
  const because = noOperatorBecause(frame) ?? noWriteBecause(frame)
  const { words, tone } = STATE[course.state]
  return (
    <section aria-label="Course over the group" className="flex flex-col gap-2 rounded border border-line p-3 text-sm">
      <h3 className="font-medium">
        Group <Sentence text={course.group} max={120} />: <Status tone={tone}>{words}</Status>
      </h3>
      <ol className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {course.parts.map((part, at) => (
          <li key={part.target} className="flex items-center gap-1.5" aria-current={part.change === here ? 'step' : undefined}>
            {at > 0 && (
              <span aria-hidden className="text-dim">
                →
              </span>
            )}
            <Status tone={part.verdict === 'regressed' ? 'critical' : PART[part.state].tone}>
              {part.change && part.change !== here ? (
                <Go href={path`/changes/${part.change}`} className={linkLook}>
                  <Sentence text={part.target} max={60} />
                </Go>
              ) : (
                <Sentence text={part.target} max={60} />
              )}
            </Status>
            <span className="text-dim">
              {at === 0 && 'canary, '}
              {PART[part.state].words}
              {part.verdict && `: ${part.verdict.replace('_', ' ')}`}
            </span>
          </li>
        ))}
      </ol>
      {course.outcome && (
        <p className="max-w-prose">
          <Sentence text={course.outcome} max={400} />
        </p>
      )}
      {course.waiting && (
        <p className="max-w-prose text-dim">
          The next one waits: <Sentence text={course.waiting} max={400} />
        </p>
      )}
      {course.state === 'asking' && (
        <p className="max-w-prose">The effect on the canary could not be told. Go on with the others, or roll the canary back.</p>
      )}
      <div className="flex flex-wrap gap-2">
        {course.state === 'asking' && (
          <Button look="primary" busy={steer.isPending} disabledBecause={because} onClick={() => steer.mutate('continue')}>
            Go on with the others
          </Button>
        )}
        {course.state !== 'rolled_back' && course.state !== 'undoing' && (
          <Button look="danger" busy={steer.isPending} disabledBecause={because} onClick={() => steer.mutate('roll-back')}>
            Roll back all
          </Button>
        )}
      </div>
    </section>
  )
}
