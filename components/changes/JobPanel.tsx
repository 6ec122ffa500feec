'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { errorText, get, path, post } from '@/components/frame/api.ts'
import { noChangeBecause, noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Progress } from '@/components/ui/progress.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status, type Tone } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { count, safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { JobView } from '@/lib/model/answers/job.ts'
import { canJob, type JobState, type JobVerb, jobCan, jobEnded } from '@/lib/model/job.ts'
import type { Labels } from '@/lib/model/series.ts'

const TONE: Record<JobState, Tone> = { running: 'change', paused: 'warning', done: 'ok', cancelled: 'info', failed: 'critical' }
const VERBS: [JobVerb, string][] = [
  ['pause', 'Pause'],
  ['resume', 'Resume'],
  ['cancel', 'Cancel the rest'],
]

/** The long work of a change: how far it is, and the verbs on it. The table that the server obeys says which may be pressed. */
export function JobPanel({ id, labels }: { id: string; labels?: Labels | undefined }) {
  const client = useQueryClient()
  const { data: job, error } = useQuery({
    queryKey: ['jobs', id],
    queryFn: ({ signal }) => get<JobView>(path`jobs/${id}`, {}, signal),
    refetchInterval: (query) => (query.state.data && jobEnded(query.state.data.state) ? 10_000 : 1_000),
  })
  const steer = useMutation({
    mutationFn: (verb: JobVerb) => post(path`jobs/${id}/` + verb),
    onError: (answer) => toast.error('The job goes on as it was', { description: errorText(answer) }),
    onSettled: () => {
      for (const key of ['jobs', 'changes']) void client.invalidateQueries({ queryKey: [key] })
    },
  })
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  if (error) return <Failure tried="The job could not be read." answer={errorText(error)} />
  if (!job) return <Skeleton className="h-16 w-full" />
  const part = job.total ? Math.min(1, job.done / job.total) : null
  return (
    <section aria-label="Job" className="flex flex-col gap-2 rounded bg-sunken p-3 text-sm">
      <h4 className="flex flex-wrap items-baseline gap-x-3 font-medium">
        <Status tone={TONE[job.state]}>Job {job.state}</Status>
        <span className="font-normal">{safe(job.title, 160)}</span>
      </h4>
      <Progress label="Job" part={part} />
      <p className="tabular">
        {count(job.done)} {job.total !== null && !jobEnded(job.state) ? `of about ${count(job.total)} ` : ''}done
        {job.state === 'running' && !job.waiting ? `, ${count(job.rate)} a second` : ''}; what {count(job.undoRecorded)} are put back with
        is stored{job.left > 0 ? `; ${count(job.left)} changed meanwhile, left alone` : ''}
      </p>
      {job.waiting && (
        <p className="text-warning-text">
          Waits: <Sentence text={job.waiting} max={200} />
        </p>
      )}
      {job.because && (
        <p className="text-critical-text">
          <Sentence text={job.because} max={300} />
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {VERBS.map(([verb, words]) => (
          <Button
            key={verb}
            onClick={() => steer.mutate(verb)}
            busy={steer.isPending && steer.variables === verb}
            disabledBecause={
              canJob(verb, job.state)
                ? (noOperatorBecause(frame, labels) ?? (verb === 'resume' && noChangeBecause(frame)))
                : jobCan[verb].otherwise
            }
          >
            {words}
          </Button>
        ))}
      </div>
    </section>
  )
}
