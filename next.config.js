/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  poweredByHeader: false,
  // Servers' clients are CommonJS with optional requires: left to Node.
  serverExternalPackages: ['ioredis', 'pino', 'prom-client'],
  experimental: { optimizePackageImports: ['lucide-react', 'radix-ui', 'recharts'] },
}
