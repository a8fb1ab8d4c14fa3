import type { Random } from './random.ts';

/** A perpetual future, its price around which fills are drawn, and how many decimals it is quoted with. */
export interface Instrument {
  readonly symbol: string;
  readonly price: number;
  readonly decimals: number;
}

export const INSTRUMENTS: readonly Instrument[] = [
  { symbol: 'BTCUSDT', price: 86_912, decimals: 1 },
  { symbol: 'ETHUSDT', price: 2_846.2, decimals: 2 },
  { symbol: 'SOLUSDT', price: 127.31, decimals: 2 },
  { symbol: 'BNBUSDT', price: 846.7, decimals: 2 },
  { symbol: 'XRPUSDT', price: 1.8742, decimals: 4 },
  { symbol: 'DOGEUSDT', price: 0.12871, decimals: 5 },
];

/** The model in service, named as the registry names it. */
export const MODEL = 'xgb-perp-2025.12.14-r3';

/** A price near the instrument's, as it is quoted. */
export const price = (chance: Random, { price, decimals }: Instrument) =>
  (price * (0.9975 + chance.next() * 0.005)).toFixed(decimals);

/** An order's size, in coins. */
export const quantity = (chance: Random, { price }: Instrument) =>
  ((300 + chance.int(0, 4_200)) / price).toFixed(price > 1_000 ? 3 : 1);

export const orderId = (chance: Random) => `QT-${chance.int(48_100_000, 48_999_999)}`;
export const side = (chance: Random) => chance.pick(['BUY', 'SELL'] as const);

/** Addresses of the containers on their network. */
export const HOSTS = {
  postgres: '172.20.0.3',
  redis: '172.20.0.4',
  aiEngine: '172.20.0.5',
  gateway: '172.20.0.6',
  api: '172.20.0.7',
  risk: '172.20.0.8',
  executor: '172.20.0.9',
  nginx: '172.20.0.2',
} as const;

/** A request of the public API, as its access logs name it. */
export function apiRequest(chance: Random): string {
  const { symbol } = chance.pick(INSTRUMENTS);
  return chance.pick([
    'GET /api/v1/positions',
    `GET /api/v1/orders?symbol=${symbol}&limit=50`,
    `GET /api/v1/candles/${symbol}?interval=1m`,
    'POST /api/v1/orders',
    'GET /api/v1/pnl/today',
    `GET /api/v1/funding/${symbol}`,
  ]);
}
