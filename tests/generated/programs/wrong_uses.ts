/** Uses of the generated client that tsc must refuse: an expected error that is none fails the check as well. */
import createClient from "openapi-fetch";
import type { components, paths } from "./api.ts";

const client = createClient<paths>();

export async function wrong(event: components["schemas"]["Event"]): Promise<void> {
  // @ts-expect-error an order has required fields
  await client.POST("/api/orders/execute", { body: {} });
  // @ts-expect-error an order needs a body
  await client.POST("/api/orders/execute");
  // @ts-expect-error no such type of order
  await client.POST("/api/orders/execute", { body: { tokenIn: "SOL", tokenOut: "USDC", amountIn: "1", type: "limi" } });
  // @ts-expect-error no second names: they are in the document with aliases alone
  await client.POST("/api/orders/execute", { body: { tokenIn: "SOL", tokenOut: "USDC", amount: "1" } });
  // @ts-expect-error no such path
  await client.GET("/api/order");
  // @ts-expect-error a path has its parameter
  await client.GET("/api/orders/{order_id}");
  // @ts-expect-error no such filter
  await client.GET("/api/orders", { params: { query: { state: "failed" } } });
  const { data } = await client.GET("/api/orders");
  // @ts-expect-error there may be no answer
  data.orders;
  // @ts-expect-error null until the order is confirmed
  data?.orders[0]?.executedAmountOutBaseUnits.length;
  // @ts-expect-error no status says this detail of every event
  event.details.amountOutBaseUnits;
  // @ts-expect-error no such status
  if (event.status === "done") return;
}
