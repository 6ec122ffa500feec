import { CalibrationPage } from '@/components/calibration/CalibrationPage.tsx'
import { getCalibration } from '@/lib/server/calibration/calibration.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Calibration' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <CalibrationPage initial={getCalibration(runtime)} />
}
