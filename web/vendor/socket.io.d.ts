/** The part of socket.io-client these pages use. */
export interface Socket {
  connected: boolean;
  active: boolean;
  auth: Record<string, unknown> | ((send: (auth: Record<string, unknown>) => void) => void);
  connect(): Socket;
  disconnect(): Socket;
  on(event: string, listener: (...values: any[]) => void): Socket;
  onAny(listener: (event: string, ...values: any[]) => void): Socket;
  timeout(ms: number): { emitWithAck(event: string, payload: unknown): Promise<unknown> };
  io: { on(event: string, listener: (...values: any[]) => void): void };
}
export function io(url: string, options?: Record<string, unknown>): Socket;
