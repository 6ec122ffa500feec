'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { toast } from 'sonner'
import { get, path, post, sayError } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { noWriteBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Effect } from '@/components/proposals/Effect.tsx'
import { StepsTable } from '@/components/proposals/StepsTable.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Shape, Status } from '@/components/ui/status.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { canChange, changeCan } from '@/lib/model/change.ts'
import { isOpen } from '@/lib/model/changeAlert.ts'
import { JobPanel } from './JobPanel.tsx'
import { WatchChart } from './WatchChart.tsx'
import { changeTone, stateWords, verdictWords, watchProgress } from './words.ts'

/** A change from its moment to its verdict: chart, guards with what they read now, time left, keep and roll back, journal. */
export function ChangePanel({ change: given }: { change: ChangeView }) {
  const { data: change } = useQuery({
    queryKey: ['changes', given.id],
    queryFn: ({ signal }) => get<ChangeView>(path`changes/${given.id}`, {}, signal),
    initialData: given,
    refetchInterval: (query) => (query.state.data && ['applying', 'watching'].includes(query.state.data.state) ? 1_000 : 10_000),
  })
  return (
    <section className="flex flex-col gap-4 rounded border border-change/50 p-4" aria-label="Change">
      <Head change={change} />
      {change.job && <JobPanel id={change.job} />}
      {change.prediction && <WatchChart change={change} />}
      {change.prediction && <Effect prediction={change.prediction} measured={change.measured} />}
      {change.state === 'watching' && change.guardsNow.length > 0 && <Guards change={change} />}
      <Verbs change={change} />
      <StepsTable steps={change.steps} applied />
      <Facts
        facts={[
          ['By', safe(change.by, 60)],
          [
            'At',
            <time key="at" dateTime={change.at}>
              {change.at.replace('T', ' ').slice(0, 19)} UTC
            </time>,
          ],
          ['Because', safe(change.because, 400)],
          change.slowStart !== undefined && ['Slow start', `stage ${change.slowStart.stage} of ${change.slowStart.of}`],
          Boolean(change.finding) && [
            'Mends',
            <Go key="finding" href={`/findings/${change.finding}`} className={linkLook}>
              the finding it was proposed for
            </Go>,
          ],
        ]}
      />
      {change.undo && <ByHand title="To put it back by hand" commands={change.undo} />}
      {change.finish && <ByHand title="To finish it by hand" commands={change.finish} />}
      {change.lasting?.map((text) => (
        <Code key={text} text={safeLines(text)} label="To make it outlive a reload" />
      ))}
      <Journal change={change} />
    </section>
  )
}

function ByHand({ title, commands }: { title: string; commands: string[] }) {
  return (
    <div>
      <h4 className="mb-1 text-dim text-sm">{title}</h4>
      <Code text={safeLines(commands.join('\n'))} label={title} />
    </div>
  )
}

/** Line by line, so that a control character in a configuration file cannot draw over its neighbours. */
const safeLines = (text: string) =>
  text
    .split('\n')
    .map((line) => safe(line, 2_000))
    .join('\n')

function Head({ change }: { change: ChangeView }) {
  const now = useClock(500)
  const progress = now ? watchProgress(change, now) : null
  const left = change.watchUntil && now ? Math.max(0, Date.parse(change.watchUntil) - now) : null
  return (
    <header className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h3 className="font-medium text-base">
          <Status tone={changeTone(change)}>
            {stateWords(change)}
            {change.verdict ? `: ${verdictWords(change)}` : ''}
          </Status>
        </h3>
        {change.automatic && <span className="text-dim text-sm">by itself</span>}
        {progress !== null && left !== null && <span className="text-dim text-sm tabular">a verdict within {duration(left)}</span>}
      </div>
      {progress !== null && (
        <div
          role="progressbar"
          aria-label="Watch"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(progress * 100)}
          className="h-1 overflow-hidden rounded-full bg-sunken"
        >
          <div className="h-full bg-change" style={{ width: `${progress * 100}%` }} />
        </div>
      )}
      {change.outcome && <p className="max-w-prose">{safe(change.outcome, 600)}</p>}
      {change.needsPerson && (
        <p className="text-sm text-warning-text">
          <Shape tone="warning" /> A person should decide: {safe(change.needsPerson, 400)}
        </p>
      )}
    </header>
  )
}

function Guards({ change }: { change: ChangeView }) {
  return (
    <div className="text-sm">
      <h4 className="mb-1 text-dim">Rolls back by itself if</h4>
      <ul className="flex flex-col gap-0.5">
        {change.guardsNow.map((guard) => (
          <li key={guard.text} className="flex flex-wrap items-baseline gap-x-3">
            <Status tone={guard.breached ? 'critical' : 'ok'} className="whitespace-normal">
              {guard.text}
            </Status>
            <span className="text-dim">
              now{' '}
              {'value' in guard.now ? (
                <Figure value={guard.now.value} unit={metricOf(guard.metric).unit} />
              ) : (
                <span title={guard.now.because}>not measured</span>
              )}
              {guard.loosenedTo !== undefined && (
                <>
                  {'; '}
                  <Figure value={guard.loosenedTo} unit={metricOf(guard.metric).unit} /> while the predicted dip lasts
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

const NOT_DONE = { keep: 'Not kept', 'roll-back': 'Not rolled back', settle: 'Still open' }

/** Keep, roll back and settle; the same table that the server obeys says which may be pressed. */
function Verbs({ change }: { change: ChangeView }) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const mayNot = noWriteBecause(frame)
  const rising = change.slowStart !== undefined && !change.slowStart.done
  const verb = useMutation({
    mutationFn: (name: keyof typeof NOT_DONE) => post(path`changes/${change.id}/` + name),
    onError: (error, name) => toast.error(NOT_DONE[name], { description: sayError(error) }),
    onSettled: () => {
      for (const key of ['changes', 'proposals', 'findings', 'overview', 'pools', 'rings'])
        void client.invalidateQueries({ queryKey: [key] })
    },
  })
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        onClick={() => verb.mutate('keep')}
        busy={verb.isPending && verb.variables === 'keep'}
        disabledBecause={canChange('keep', change.state) ? rising && mayNot : changeCan.keep.otherwise}
      >
        Keep now
      </Button>
      <Button
        look="danger"
        onClick={() => verb.mutate('roll-back')}
        busy={verb.isPending && verb.variables === 'roll-back'}
        disabledBecause={canChange('rollBack', change.state) ? mayNot : changeCan.rollBack.otherwise}
      >
        Roll back
      </Button>
      {isOpen(change) && (
        <div className="flex w-full flex-wrap items-center gap-x-3 gap-y-2">
          <Button onClick={() => verb.mutate('settle')} busy={verb.isPending && verb.variables === 'settle'}>
            A person has seen to it
          </Button>
          <span className="max-w-prose text-dim text-sm">
            Says that you have decided what becomes of it: the receivers of its notice are told that it is over, and its settings may be
            proposed for again. Nothing is written to a server.
          </span>
        </div>
      )}
      {change.seenTo && <p className="w-full text-dim text-sm">Seen to by {safe(change.seenTo, 60)}.</p>}
    </div>
  )
}

function Journal({ change }: { change: ChangeView }) {
  return (
    <details className="text-sm">
      <summary className="cursor-pointer text-dim">Journal, {change.journal.length} entries</summary>
      <ol className="mt-2 flex flex-col gap-1">
        {change.journal.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a journal only grows at its end
          <li key={index} className="grid grid-cols-[max-content_6.5rem_minmax(0,1fr)] gap-x-3">
            <time dateTime={entry.at} className="text-dim tabular">
              {entry.at.slice(11, 23)}
            </time>
            <span className="text-change-text">{entry.what.replace('_', ' ')}</span>
            <span className="[overflow-wrap:anywhere]">
              {safe(entry.text, 300)}
              {entry.by ? <span className="text-dim"> ({safe(entry.by, 60)})</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </details>
  )
}
