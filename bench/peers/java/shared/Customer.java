import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is remembered of a customer, and the job's rules: see {@code job.py}. */
public class Customer {
    public long lastMs = Long.MIN_VALUE / 2;
    public long beganMs;
    public List<String> seen = new ArrayList<>();
    public Map<String, Item> cart = new HashMap<>();
    public String changedBy = "";
    public String toldOf = "";

    public static class Item {
        public int pieces;
        public Long priceMinor;
    }

    /** Silence would be trouble. */
    boolean silenceIsTrouble() {
        return !cart.isEmpty() && !toldOf.equals(changedBy);
    }

    boolean abandonedBefore(long atMs, long idleMs) {
        return silenceIsTrouble() && atMs > lastMs + idleMs;
    }

    /** It is known not to have been met before. */
    void take(Event event, long atMs) {
        if (atMs > lastMs + Task.SESSION_GAP_MS) {
            beganMs = atMs;
            seen.clear();
        }
        seen.add(event.eventId);
        lastMs = atMs;
        switch (event.type) {
            case "order_completed" -> cart.clear();
            case "product_added" -> add(event);
            case "product_removed" -> remove(event);
            default -> { }
        }
    }

    private void add(Event event) {
        Item item = cart.computeIfAbsent(event.properties.productId, product -> new Item());
        item.pieces += event.properties.quantity;
        item.priceMinor = event.properties.priceMinor == null ? item.priceMinor : event.properties.priceMinor;
        changedBy = event.eventId;
    }

    private void remove(Event event) {
        Item item = cart.get(event.properties.productId);
        if (item == null) {
            return;
        }
        item.pieces -= event.properties.quantity;
        if (item.pieces <= 0) {
            cart.remove(event.properties.productId);
        }
        changedBy = event.eventId;
    }

    Alert tell(String customerId, long idleMs) {
        toldOf = changedBy;
        return new Alert(customerId, lastMs + idleMs, changedBy, valueMinor());
    }

    private Long valueMinor() {
        long sum = 0;
        for (Item item : cart.values()) {
            if (item.priceMinor == null) {
                return null;
            }
            sum += item.pieces * item.priceMinor;
        }
        return sum;
    }
}
