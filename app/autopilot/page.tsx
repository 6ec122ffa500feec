import { AutopilotPage } from '@/components/autopilot/AutopilotPage.tsx'
import { reachesSomewhere } from '@/lib/model/roles.ts'
import { getAutopilot } from '@/lib/server/autopilot/autopilot.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Autopilot' }

export default async function Page() {
  const { runtime, person } = await visit('viewer')
  return <AutopilotPage initial={getAutopilot(runtime)} mayAct={reachesSomewhere(person, 'operator')} />
}
