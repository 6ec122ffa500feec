import { Sentence } from '@/components/ui/sentence.tsx'

/** What may go wrong in a drill, as a list of sentences. */
export function Risks({ risks }: { risks: readonly string[] }) {
  if (risks.length === 0) return null
  return (
    <ul className="list-disc pl-5 text-sm">
      {risks.map((risk) => (
        <li key={risk}>
          <Sentence text={risk} max={300} />
        </li>
      ))}
    </ul>
  )
}
