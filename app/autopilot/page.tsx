import { AutopilotPage } from '@/components/autopilot/AutopilotPage.tsx'
import { reachesSomewhere } from '@/lib/model/roles.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Autopilot' }

export default async function Page() {
  const { runtime, calls, person } = await visit('viewer')
  return <AutopilotPage initial={calls.getAutopilot(runtime)} mayAct={reachesSomewhere(person, 'operator')} />
}
