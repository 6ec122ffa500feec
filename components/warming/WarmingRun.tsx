import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Progress } from '@/components/ui/progress.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { count, number, safe } from '@/lib/format/format.ts'
import type { WarmRunView } from '@/lib/model/answers/warming.ts'
import { runState } from './words.ts'

/** One run of the hook that warms a cache: how far it is, what it was to take, and what it took. */
export function WarmingRun({ run }: { run: WarmRunView }) {
  const { tone, text } = runState(run)
  const part = run.keys === 0 ? 0 : Math.min(1, run.next / run.keys)
  return (
    <div className="flex flex-col gap-2 text-sm">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <Status tone={tone}>{text}</Status>
        <span className="tabular">
          {count(run.taken)} of {count(run.keys)} keys taken, {number(run.perSecond)} a second at the most
        </span>
      </p>
      <Progress label="Keys sent" part={part} look={run.end === 'failed' ? 'critical' : 'change'} />
      {run.held && (
        <p className="text-warning-text">
          <Sentence text={run.held} max={300} />
        </p>
      )}
      {run.because && (
        <p className={run.end === 'failed' ? 'text-critical-text' : 'text-dim'}>
          <Sentence text={run.because} max={300} />
        </p>
      )}
      {run.failuresInRow > 0 && run.state === 'running' && run.newest && (
        <p className="text-warning-text">
          {count(run.failuresInRow)} failed {run.failuresInRow === 1 ? 'call' : 'calls'} in a row: {safe(run.newest.answer, 200)}
        </p>
      )}
      <Facts
        facts={[
          ['Until it is warm', <Predicted key="predicted" run={run} />],
          ['Measured', <MeasuredTime key="measured" run={run} />],
          spared(run) && ['Misses spared', <Figure key="spared" {...spared(run)!} unit="count" />],
          run.covers && [
            'Share of reads',
            <span key="covers">
              <Figure {...run.covers} unit="ratio" /> by these keys
            </span>,
          ],
          run.filled !== null && ['Filled', `${count(run.filled)} keys, as the hook says`],
          run.refused > 0 && ['Refused', `${count(run.refused)} keys`],
        ]}
      />
    </div>
  )
}

function Predicted({ run: { expects, unpredicted } }: { run: WarmRunView }) {
  if (!expects) return <span className="text-dim">{safe(unpredicted ?? 'Nothing was predicted.', 200)}</span>
  return (
    <>
      <Figure {...expects.withHook} unit="seconds" /> with the hook, <Figure {...expects.without} unit="seconds" /> without
    </>
  )
}

function MeasuredTime({ run: { measured, state } }: { run: WarmRunView }) {
  if (!measured) return <span className="text-dim">{state === 'running' ? 'it still warms' : 'it is not warm yet'}</span>
  if ('because' in measured) return <span className="text-dim">not judged: {safe(measured.because, 200)}</span>
  return (
    <>
      <Figure value={measured.seconds} unit="seconds" />{' '}
      {measured.inside === null ? (
        <span className="text-dim">not scored: it was cut short, or nothing was predicted</span>
      ) : (
        <Go href="/calibration" className={linkLook}>
          <Status tone={measured.inside ? 'ok' : 'warning'}>{measured.inside ? 'as predicted' : 'outside of its band'}</Status>
        </Go>
      )}
    </>
  )
}

const spared = ({ measured }: WarmRunView) => (measured && !('because' in measured) ? measured.saved : null)
