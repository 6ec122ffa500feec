import { Since } from '@/components/frame/Ago.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import type { RuleRecord as Record } from '@/lib/model/answers/rule.ts'

/** What a rule has found on this fleet, how soon, and what people said of it. */
export function RuleRecord({ record }: { record: Record }) {
  const { since, fired, firing, notAProblem, acknowledged, lastAt, toFireMs, lastedMs, changes, subjects } = record
  if (fired === 0)
    return (
      <p className="max-w-prose text-dim">
        It has never fired here{since && <> in the {<Since at={since} />} that findings are remembered of</>}.
      </p>
    )
  return (
    <Facts
      facts={[
        ['Fired', `${fired === 1 ? 'once' : `${fired} times`}${firing > 0 ? `, ${firing} now` : ''}`],
        lastAt !== null && [
          'Last',
          <span key="last">
            <Since at={lastAt} /> ago
          </span>,
        ],
        ['No problem', notAProblem > 0 ? `${notAProblem} of ${fired}, by people’s word` : 'nobody said so of any'],
        ['Acknowledged', String(acknowledged)],
        toFireMs !== null && ['Until it fires', `${duration(toFireMs)} after the first verdict, in the median`],
        lastedMs !== null && ['Lasts', `${duration(lastedMs)} in the median`],
        ['Changes', changes.applied > 0 ? `${changes.applied} applied, ${changes.improved} improved it` : 'none was applied'],
        ['Most often', subjects.map(({ name, fired: times }) => `${safe(name, 80)} (${times})`).join(', ')],
        since !== null && [
          'Remembered',
          <span key="since">
            <Since at={since} /> of findings; resolved ones for 90 days
          </span>,
        ],
      ]}
    />
  )
}
