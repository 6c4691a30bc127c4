"""`python -m deploy.up [up | down | smoke | image | all-in-one | render]`."""

import argparse
import os
import sys
from typing import Final

from deploy.up import cluster, image, release, rendered, rollout, smoke
from deploy.up.commands import say
from deploy.up.orders import Client, GaveUp
from deploy.up.refusal import Refusal
from deploy.up.tools import check_tools
from deploy.up.trouble import show_trouble

URL: Final = f"http://127.0.0.1:{cluster.PORT}"
_FIRST_ORDER_WITHIN_S: Final = 60.0


def up() -> None:
    """Bring the stack up, or up to date; then send one order through. Raises Refusal."""
    check_tools()
    observers = rollout.OBSERVERS if release.is_observed(os.environ) else ()
    tagged = image.build_image()
    made = cluster.ensure()
    if release.ensure_secrets(release.SECRETS) and not made:
        release.SECRETS.unlink()
        raise Refusal("the cluster's passwords are gone (secrets.env): `make down`, then `make up`")
    release.ensure_pepper(release.PEPPER)
    cluster.load(tagged)
    for other in release.images_not_ours(os.environ):
        cluster.load_if_local(other)
    folder = release.write_release(tagged, os.environ, release.FOLDER, {} if made else rollout.scaled())
    rollout.apply(folder, release.job_name(tagged), observers)
    send_one_order()
    if observers:
        say(f"dashboards: {' '.join(cluster.kubectl('port-forward', 'service/grafana', '3001:3000'))}")


def send_one_order() -> None:
    """Send an order, print its life and the address. Raises Refusal when it does not end confirmed."""
    client = Client(URL, within_s=_FIRST_ORDER_WITHIN_S)
    try:
        client.wait_ready()
        order_id = client.submit()
        status = client.wait_end(order_id, within_s=_FIRST_ORDER_WITHIN_S)
        for event in client.life(order_id):
            say(f"  {event['timestamp']}  {event['status']}")
    except GaveUp as trouble:
        show_trouble()
        raise Refusal(f"{URL} does not serve: {trouble}") from trouble
    if status != "confirmed":
        show_trouble()
        raise Refusal(f"order {order_id} is {status}, not confirmed")
    say(f"order {order_id} confirmed")
    say(f"ready {URL}")


def down() -> None:
    """Delete the cluster, its passwords and its pepper."""
    check_tools()
    cluster.delete()
    release.SECRETS.unlink(missing_ok=True)
    release.PEPPER.unlink(missing_ok=True)


def main() -> int:
    """Run a command and return the exit code: 1, after one sentence, when it failed."""
    commands = {
        "up": up,
        "down": down,
        "smoke": lambda: smoke.run_all(URL),
        "image": lambda: say(image.build_image()),
        "all-in-one": lambda: say(image.build_image(target="all-in-one", tag="tradewind-all-in-one:local")),
        "render": rendered.write_reference,
    }
    parser = argparse.ArgumentParser(prog="python -m deploy.up", description=__doc__)
    parser.add_argument("command", choices=list(commands), nargs="?", default="up")
    try:
        commands[parser.parse_args().command]()
    except Refusal as refusal:
        sys.stderr.write(f"tradewind: {refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
