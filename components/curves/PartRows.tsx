import type { ReactNode } from 'react'
import { Skeleton } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { duration, safe, text } from '@/lib/format/format.ts'
import type { PartRow } from './partRows.ts'
import type { PartRule } from './partRule.ts'
import type { CurvePart } from './question.ts'
import { FIRST_TTL } from './rule.ts'
import { partOriginPerSecond, type SourceInfo } from './source.ts'
import { TtlFields } from './TtlFields.tsx'
import { pointsText } from './words.ts'

type Props = {
  info: SourceInfo
  rows: readonly PartRow[]
  /** What is answered of each at the marked size, and of the live cache as it is; by its glob. */
  parts: readonly CurvePart[]
  present: readonly CurvePart[]
  /** What there is instead of rows; null: nothing is known by now. */
  none: string | null
  onChange: (match: string, ttl: PartRule['ttl'] | null) => void
}

const COLUMNS = 7

/** Parts of the keys in the marked cache, each with its own figures and the TTL that it may be given. */
export function PartRows({ info, rows, parts, present, none, onChange }: Props) {
  return (
    <Section title="By pattern of keys" note="all share the marked cache: what one of them frees, the others find">
      {none !== null ? (
        <p className="max-w-prose text-dim text-sm">{none}</p>
      ) : rows.length === 0 ? (
        <Skeleton className="h-32" />
      ) : (
        <table aria-label="Patterns of keys" className="w-full text-sm">
          <thead className="text-dim text-xs">
            <tr className="text-right align-bottom *:px-2 *:py-1 *:font-normal">
              <th scope="col" className="pl-0! text-left">
                Keys
              </th>
              <th scope="col" className="max-md:hidden">
                Reads
              </th>
              <th scope="col">Hit ratio</th>
              <th scope="col" className="max-md:hidden">
                Origin reads
              </th>
              <th scope="col" className="max-lg:hidden">
                Age at read, p95
              </th>
              <th scope="col" className="max-lg:hidden">
                Holds
              </th>
              <th scope="col" className="pr-0! text-left">
                TTL
              </th>
            </tr>
          </thead>
          {rows.map((row) => (
            <Row
              key={row.match}
              info={info}
              row={row}
              part={parts.find(({ match }) => match === row.match)}
              before={present.find(({ match }) => match === row.match)}
              onChange={(ttl) => onChange(row.match, ttl)}
            />
          ))}
        </table>
      )}
    </Section>
  )
}

type RowProps = {
  info: SourceInfo
  row: PartRow
  part: CurvePart | undefined
  before: CurvePart | undefined
  onChange: (ttl: PartRule['ttl'] | null) => void
}

function Row({ info, row, part, before, onChange }: RowProps) {
  const { match, policy, rule } = row
  const ttl = rule?.ttl ?? null
  const name = safe(match, 60)
  const because = part ? 'too few reads of these keys are known' : 'not answered yet'
  const first = policy ? { ms: policy.ttlMs, jitter: policy.jitter, refreshOnRead: false } : FIRST_TTL
  return (
    <tbody className="border-line border-t">
      <tr className="align-top *:px-2 *:py-1.5">
        <th scope="row" className="pl-0! text-left font-normal">
          <code className="font-mono text-xs [overflow-wrap:anywhere]">{name}</code>
          <span className="block text-dim text-xs">
            {policy ? `policy ${safe(policy.name, 40)}, ${duration(policy.ttlMs)}` : 'no TTL policy'}
          </span>
        </th>
        <td className="num max-md:hidden">
          <Figure value={part?.readsShare} unit="ratio" because="not answered yet" />
        </td>
        <td className="num">
          <Figure value={part?.hitRatio?.value} low={part?.hitRatio?.low} high={part?.hitRatio?.high} unit="ratio" because={because} />
          <Note>{sinceText(part, before)}</Note>
        </td>
        <td className="num max-md:hidden">
          <Figure
            value={part && partOriginPerSecond(info, part)}
            unit="perSecond"
            because={part?.hitRatio ? 'the source tells no times' : because}
          />
        </td>
        <td className="num max-lg:hidden">
          {part?.age ? (
            <span className="whitespace-nowrap tabular">{duration(part.age.p95)}</span>
          ) : (
            <Figure value={null} unit="seconds" because={part ? 'nothing of it is read' : because} />
          )}
          <Note>{before?.age && rule ? `now ${duration(before.age.p95)}` : ''}</Note>
        </td>
        <td className="num max-lg:hidden">
          {part?.held.bytes != null ? (
            <Figure value={part.held.bytes} unit="bytes" />
          ) : (
            <Figure value={part?.held.keys} unit="count" because={because} />
          )}
          <Note>{part?.held.bytes != null ? `${text(part.held.keys, 'count')} keys` : part ? 'keys' : ''}</Note>
        </td>
        <td className="w-0 pr-0!">
          <Segmented
            label={`TTL of ${name}`}
            value={ttl === null ? 'told' : ttl === 'none' ? 'none' : 'set'}
            onChange={(next) => onChange(next === 'told' ? null : next === 'none' ? 'none' : first)}
            options={[
              { value: 'told', label: 'as it is', hint: 'As all other keys of this cache' },
              { value: 'none', label: 'none', hint: 'They stay until they are evicted' },
              { value: 'set', label: 'set', hint: 'They are given this when they are filled' },
            ]}
          />
        </td>
      </tr>
      {ttl !== null && ttl !== 'none' && (
        <tr>
          <td colSpan={COLUMNS} className="pb-3 pl-2">
            <div className="ml-auto max-w-md">
              <TtlFields
                ttl={ttl}
                onChange={onChange}
                named={(label) => (
                  <>
                    <span className="sr-only">{name}: </span>
                    {label}
                  </>
                )}
                ofWhat={` of ${name}`}
              />
            </div>
          </td>
        </tr>
      )}
    </tbody>
  )
}

const Note = ({ children }: { children: ReactNode }) => (children ? <span className="block text-dim text-xs">{children}</span> : null)

/** What becomes of it, against the live cache as it is; nothing where nothing does. */
function sinceText(part: CurvePart | undefined, before: CurvePart | undefined): string {
  if (!part?.hitRatio || !before?.hitRatio) return ''
  const text = pointsText(part.hitRatio.value - before.hitRatio.value)
  return text.startsWith('±') ? '' : text
}
