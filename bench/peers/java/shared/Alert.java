import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;

/** An abandoned cart. */
public record Alert(String customerId, long dueMs, String changedBy, Long valueMinor) {
    byte[] encoded() {
        try {
            return Event.JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException error) {
            throw new UncheckedIOException(error);
        }
    }
}
