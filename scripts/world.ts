import { judgeCase, type Outcome } from '../test/world/runCase.ts'
import { worldCases } from '../test/world/worldCase.ts'

/** `npm run test:world [-- PART OF A NAME]`: reads every case of test/world and prints right, refused or wrong; 1 unless all are right. */
export async function main([part = '']: string[]): Promise<number> {
  const outcomes: Outcome[] = []
  for (const one of worldCases().filter(({ name }) => name.includes(part))) {
    const outcome = await judgeCase(one)
    outcomes.push(outcome)
    console.log(`${outcome.verdict.padEnd(8)}${outcome.name}`)
    for (const difference of outcome.differences) console.log(`         ${difference}`)
  }
  const count = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict).length
  console.log(`\n${outcomes.length} cases: ${count('right')} right, ${count('refused')} refused, ${count('wrong')} wrong`)
  return outcomes.length > 0 && count('right') === outcomes.length ? 0 : 1
}
